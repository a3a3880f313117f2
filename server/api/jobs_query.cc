#include "server/api/jobs_query.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "proto/contract/base/status_macros.h"
#include "server/api/job_view.h"
#include "server/api/listing.h"
#include "server/api/trim_for_list.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kMaxPage = 500;
constexpr int kMaxLabels = 8;

void CheckTime(std::string_view field, bool is_set,
               const google::protobuf::Timestamp& time, RequestCheck& check) {
  if (is_set && !IsWireTimeValid(time)) {
    check.Add(field, "not a time of the years 1 to 9999");
  }
}

std::string CursorText(const JobPlace& place) {
  return absl::StrCat(place.time, ",", place.number);
}

absl::StatusOr<std::optional<JobPlace>> ParseCursor(const Listing& listing,
                                                    const std::string& token) {
  if (token.empty()) return std::optional<JobPlace>();
  TUNESMITH_ASSIGN_OR_RETURN(std::string cursor,
                             ParsePageToken(listing, token));
  std::vector<std::string> parts = absl::StrSplit(cursor, ',');
  JobPlace place;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &place.time) ||
      !absl::SimpleAtoi(parts[1], &place.number)) {
    return BadPageTokenError();
  }
  return std::optional<JobPlace>(place);
}

}  // namespace

void CheckJobFilter(std::string_view field, const v1::JobFilter& filter,
                    RequestCheck& check) {
  auto at = [field](const char* name) {
    return absl::StrCat(std::string(field), ".", name);
  };
  for (int i = 0; i < filter.states_size(); ++i) {
    v1::Job::State state = filter.states(i);
    if (!v1::Job::State_IsValid(state) || state == v1::Job::STATE_UNSPECIFIED) {
      check.Add(absl::StrCat(at("states"), "[", i, "]"),
                "not a state of a job");
    }
  }
  if (filter.labels_size() > kMaxLabels) {
    check.Add(at("labels"), absl::StrCat("at most ", kMaxLabels));
  }
  if (!filter.base_model().empty()) {
    check.Name(at("base_model"), ResourceKind::kModel, filter.base_model());
  }
  if (!filter.dataset().empty()) {
    check.Name(at("dataset"), ResourceKind::kDataset, filter.dataset());
  }
  CheckTime(at("created_from"), filter.has_created_from(),
            filter.created_from(), check);
  CheckTime(at("created_before"), filter.has_created_before(),
            filter.created_before(), check);
  CheckTime(at("ended_from"), filter.has_ended_from(), filter.ended_from(),
            check);
  CheckTime(at("ended_before"), filter.has_ended_before(),
            filter.ended_before(), check);
}

absl::StatusOr<JobsPage> CheckJobsRequest(const std::string& tenant,
                                          const v1::ListJobsRequest& request) {
  RequestCheck check;
  JobsPage page;
  page.limit = check.PageSize(request.page_size(), kDefaultPage, kMaxPage);
  CheckJobFilter("filter", request.filter(), check);
  if (!v1::ListJobsRequest::Order_IsValid(request.order())) {
    check.Add("order", "not an order of jobs");
  }
  TUNESMITH_RETURN_IF_ERROR(check.ToStatus());
  page.listing = ListingOf("ListJobs", request);
  page.query.tenant = tenant;
  page.query.filter = request.filter();
  page.query.order = request.order() == v1::ListJobsRequest::ORDER_UNSPECIFIED
                         ? v1::ListJobsRequest::NEWEST_FIRST
                         : request.order();
  TUNESMITH_ASSIGN_OR_RETURN(page.query.after,
                             ParseCursor(page.listing, request.page_token()));
  return page;
}

absl::Status ReadJobs(Connection& db, const ApiContext& api,
                      const JobsPage& page, v1::ListJobsResponse& response) {
  TUNESMITH_ASSIGN_OR_RETURN(JobListPage found,
                             ListJobs(db, page.query, page.limit));
  JobView view(db, api, absl::Now());
  PageBytes bytes;
  for (size_t i = 0; i < found.jobs.size(); ++i) {
    ListedJob& listed = found.jobs[i];
    TUNESMITH_RETURN_IF_ERROR(view.Complete(listed.row.job));
    TrimForList(listed.row.job);
    if (!bytes.Take(listed.row.job)) {
      found.next = found.jobs[i - 1].place;
      break;
    }
    *response.add_jobs() = std::move(listed.row.job);
  }
  if (found.next.has_value()) {
    response.set_next_page_token(
        MakePageToken(page.listing, CursorText(*found.next)));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::server
