#ifndef TUNESMITH_SERVER_API_PREDICT_REACTOR_H_
#define TUNESMITH_SERVER_API_PREDICT_REACTOR_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "grpcpp/alarm.h"
#include "grpcpp/support/server_callback.h"
#include "proto/contract/base/mutex.h"
#include "server/api/context.h"
#include "server/predictions/prediction_desk.h"
#include "tunesmith/v1/prediction_service.pb.h"

namespace tunesmith::server {

// One Predict call: looks the model up, asks the desk, and waits for whatever
// comes first: the answer, an alarm, or the client that goes away; what comes
// later changes nothing.
//
// Called by gRPC, by its alarm, by readers and by the desk. Holds itself until
// gRPC is done with it.
class PredictReactor final
    : public grpc::ServerUnaryReactor,
      public std::enable_shared_from_this<PredictReactor> {
 public:
  // `request` and `response` live until the call is finished.
  static PredictReactor* Start(const ApiContext& api, const std::string& tenant,
                               const v1::PredictRequest& request,
                               v1::PredictResponse* response);
  ~PredictReactor() override = default;

  void OnCancel() override;
  void OnDone() override;

 private:
  PredictReactor(const ApiContext& api, v1::PredictResponse* response)
      : api_(api), response_(response) {}

  void Ask(Connection& db, const std::string& tenant,
           const v1::PredictRequest& request);
  absl::StatusOr<int64_t> TryAsk(Connection& db, const std::string& tenant,
                                 const v1::PredictRequest& request);
  void SetAlarm();
  void OnAnswer(PredictionDesk::Answer answer);
  void GiveUp(const absl::Status& status);
  // True for the first who wants to end the call: the response is its alone
  // until it calls Finish.
  bool TakeEnd();

  const ApiContext& api_;
  v1::PredictResponse* const response_;
  std::shared_ptr<PredictReactor> self_;
  grpc::Alarm alarm_;

  Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  // Once it was asked.
  std::optional<int64_t> question_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_PREDICT_REACTOR_H_
