#ifndef TUNESMITH_SERVER_METRICS_SERVER_GAUGES_H_
#define TUNESMITH_SERVER_METRICS_SERVER_GAUGES_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "prometheus/collectable.h"
#include "prometheus/metric_family.h"
#include "tunesmith/v1/job.pb.h"
#include "tunesmith/v1/storage.pb.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::server {

// How things stand at one moment.
struct ServerLevels {
  enum class SlotState { kFree, kBusy, kOutOfService, kUnreachable };

  std::map<v1::Job::State, int64_t> jobs;
  // Items that wait.
  std::map<v1::Slot::Purpose, int64_t> queue_depth;
  std::map<std::pair<v1::Slot::Purpose, SlotState>, int64_t> slots;
  std::map<v1::Worker::State, int64_t> workers;
  int64_t watchers = 0;
  // What the data directory holds, and the disk that it is on.
  std::map<v1::StoredItem::Kind, int64_t> stored_bytes;
  int64_t disk_free_bytes = 0;
  int64_t disk_capacity_bytes = 0;
};

// Gauges that are read when somebody scrapes. Every state is always there,
// with 0 where nothing is in it.
class ServerGauges : public prometheus::Collectable {
 public:
  // `read` is called on the metrics endpoint's thread and may block.
  explicit ServerGauges(absl::AnyInvocable<ServerLevels() const> read);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const absl::AnyInvocable<ServerLevels() const> read_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_METRICS_SERVER_GAUGES_H_
