#ifndef TUNESMITH_SERVER_API_JOB_HISTORY_H_
#define TUNESMITH_SERVER_API_JOB_HISTORY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/api/page_token.h"
#include "server/events/event_log.h"
#include "server/store/store.h"
#include "tunesmith/v1/job_service.pb.h"

// Pages of a job's events and metrics.

namespace tunesmith::server {

// What a checked ListJobEvents request asks for.
struct EventsPage {
  std::string job_id;
  Listing listing;
  int64_t after_sequence = 0;
  int limit = 0;
};

absl::StatusOr<EventsPage> CheckEventsRequest(
    const v1::ListJobEventsRequest& request);
absl::Status ReadEvents(Connection& db, const std::string& tenant,
                        const EventsPage& page,
                        v1::ListJobEventsResponse& response);

// What a checked ListMetrics request asks for.
struct MetricsPage {
  std::string job_id;
  Listing listing;
  v1::Split split = v1::SPLIT_UNSPECIFIED;
  std::string metric_name;
  std::optional<EventLog::MetricCursor> after;
  int limit = 0;
};

absl::StatusOr<MetricsPage> CheckMetricsRequest(
    const v1::ListMetricsRequest& request);
absl::Status ReadMetrics(Connection& db, const std::string& tenant,
                         const MetricsPage& page,
                         v1::ListMetricsResponse& response);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_JOB_HISTORY_H_
