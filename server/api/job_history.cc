#include "server/api/job_history.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "proto/contract/base/status_macros.h"
#include "server/api/listing.h"
#include "server/api/request_check.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

// `{split}:{step}:{name}`; the name may hold anything.
std::string SerializeCursor(const v1::Metric& metric) {
  return absl::StrCat(static_cast<int>(metric.split()), ":", metric.step(), ":",
                      metric.name());
}

absl::StatusOr<EventLog::MetricCursor> ParseCursor(const std::string& text) {
  std::vector<std::string> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 2));
  EventLog::MetricCursor cursor;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &cursor.split) ||
      !absl::SimpleAtoi(parts[1], &cursor.step)) {
    return BadPageTokenError();
  }
  cursor.name = parts[2];
  return cursor;
}

}  // namespace

absl::StatusOr<EventsPage> CheckEventsRequest(
    const v1::ListJobEventsRequest& request) {
  RequestCheck check;
  EventsPage page;
  page.job_id = check.Name("name", ResourceKind::kJob, request.name());
  page.limit = check.PageSize(request.page_size(), 100, 1000);
  if (request.after_sequence() < 0) {
    check.Add("after_sequence", "must be at least 0");
  }
  page.listing = ListingOf("ListJobEvents", request);
  TUNESMITH_RETURN_IF_ERROR(check.ToStatus());
  TUNESMITH_ASSIGN_OR_RETURN(
      page.after_sequence, ParseNumberToken(page.listing, request.page_token(),
                                            request.after_sequence()));
  return page;
}

absl::Status ReadEvents(Connection& db, const std::string& tenant,
                        const EventsPage& page,
                        v1::ListJobEventsResponse& response) {
  TUNESMITH_ASSIGN_OR_RETURN(JobRow row,
                             JobTable::Get(db, tenant, page.job_id));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<v1::JobEvent> events,
      EventLog::Read(db, row.key(), page.after_sequence, page.limit));
  PageBytes bytes;
  int64_t last = page.after_sequence;
  for (v1::JobEvent& event : events) {
    if (!bytes.Take(event)) break;
    last = event.sequence();
    *response.add_events() = std::move(event);
  }
  // A page can also be short because its events are long.
  if (!events.empty() && last < row.job.last_sequence()) {
    response.set_next_page_token(
        MakePageToken(page.listing, absl::StrCat(last)));
  }
  return absl::OkStatus();
}

absl::StatusOr<MetricsPage> CheckMetricsRequest(
    const v1::ListMetricsRequest& request) {
  RequestCheck check;
  MetricsPage page;
  page.job_id = check.Name("name", ResourceKind::kJob, request.name());
  page.limit = check.PageSize(request.page_size(), 1000, 10000);
  if (!v1::Split_IsValid(request.split())) {
    check.Add("split", "not a split");
  }
  page.split = request.split();
  page.metric_name = request.metric_name();
  page.listing = ListingOf("ListMetrics", request);
  TUNESMITH_RETURN_IF_ERROR(check.ToStatus());
  if (!request.page_token().empty()) {
    TUNESMITH_ASSIGN_OR_RETURN(
        std::string cursor, ParsePageToken(page.listing, request.page_token()));
    TUNESMITH_ASSIGN_OR_RETURN(page.after, ParseCursor(cursor));
  }
  return page;
}

absl::Status ReadMetrics(Connection& db, const std::string& tenant,
                         const MetricsPage& page,
                         v1::ListMetricsResponse& response) {
  TUNESMITH_ASSIGN_OR_RETURN(JobRow row,
                             JobTable::Get(db, tenant, page.job_id));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<v1::Metric> metrics,
      EventLog::ReadMetrics(db, row.key(), page.split, page.metric_name,
                            page.after, page.limit + 1));
  PageBytes bytes;
  for (v1::Metric& metric : metrics) {
    if (response.metrics_size() == page.limit || !bytes.Take(metric)) {
      response.set_next_page_token(MakePageToken(
          page.listing, SerializeCursor(*response.metrics().rbegin())));
      break;
    }
    *response.add_metrics() = std::move(metric);
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::server
