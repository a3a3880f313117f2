#ifndef TUNESMITH_SERVER_EVENTS_EVENT_LOG_H_
#define TUNESMITH_SERVER_EVENTS_EVENT_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/store.h"
#include "tunesmith/v1/event.pb.h"

namespace tunesmith::server {

// A job as its rows are keyed.
struct JobKey {
  std::string tenant;
  std::string uid;

  auto operator<=>(const JobKey&) const = default;
};

// The history of jobs: numbered events and the table of metrics. Stateless;
// all of it is SQL on the connection it is given.
class EventLog {
 public:
  // Appends `event` with the job's next sequence and returns that sequence;
  // the job row exists. `event.sequence` is ignored, `event.time` is set to
  // tx.now() when unset.
  //
  // A metric is also put into the table. One whose (split, name, step) is
  // there with the same value is not appended again; with another value,
  // a METRIC_NOT_REPRODUCED finding is appended instead. Either way the
  // returned sequence is the job's newest. NaN is a value like another and
  // equal to itself.
  static absl::StatusOr<int64_t> Append(Transaction& tx, const JobKey& job,
                                        v1::JobEvent event);

  // Events after `after_sequence`, at most `limit` and 1 MiB of them (but one
  // at least).
  static absl::StatusOr<std::vector<v1::JobEvent>> Read(Connection& db,
                                                        const JobKey& job,
                                                        int64_t after_sequence,
                                                        int limit);

  // The newest step with a metric, and whether one of an evaluation is among
  // those of that step; {0, false} without a metric.
  struct LastMetric {
    int64_t step = 0;
    bool evaluated = false;
  };
  static absl::StatusOr<LastMetric> FindLastMetric(Connection& db,
                                                   const JobKey& job);

  // Takes the metrics of the steps after `step` out of the table, because they
  // will be made anew; their events stay.
  static absl::Status ForgetMetricsAfter(Transaction& tx, const JobKey& job,
                                         int64_t step);

  // Where a page of metrics begins: after this row.
  struct MetricCursor {
    int32_t split = 0;
    std::string name;
    int64_t step = -1;
  };

  // Metrics by (split, name, step), at most `limit`. SPLIT_UNSPECIFIED and ""
  // mean all.
  static absl::StatusOr<std::vector<v1::Metric>> ReadMetrics(
      Connection& db, const JobKey& job, v1::Split split,
      const std::string& metric_name, const std::optional<MetricCursor>& after,
      int limit);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_EVENTS_EVENT_LOG_H_
