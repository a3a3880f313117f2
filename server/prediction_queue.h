#ifndef TUNESMITH_SERVER_PREDICTION_QUEUE_H_
#define TUNESMITH_SERVER_PREDICTION_QUEUE_H_

#include <string>

#include "server/lifecycle/context.h"
#include "server/predictions/prediction_desk.h"
#include "server/store/store.h"
#include "server/workers/worker_registry.h"

namespace tunesmith::server {

// Holders of models as items of the work queue, and their workers as the
// registry knows them. Thread-safe.
class PredictionQueue : public PredictionBackend {
 public:
  // Not owned; outlive the store's last completion.
  PredictionQueue(Store* store, WorkerRegistry* registry,
                  const LifecycleContext* lifecycle)
      : store_(store), registry_(registry), lifecycle_(lifecycle) {}

  void QueueHolder(const PredictionModel& model,
                   const std::string& item_uid) override;
  void RemoveHolder(const std::string& item_uid) override;
  void StopHolder(const std::string& item_uid) override;
  void Send(const std::string& worker_id,
            internal::v1::PredictBatch batch) override;
  bool HasFreeSlot() override;

 private:
  Store* const store_;
  WorkerRegistry* const registry_;
  const LifecycleContext* const lifecycle_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_PREDICTION_QUEUE_H_
