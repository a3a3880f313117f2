#include "server/lifecycle/job_list.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/wire_time.h"
#include "server/store/job_marks.h"

namespace tunesmith::server {
namespace {

using Order = v1::ListJobsRequest;

// Jobs that one page looks at: a page of any filter ends soon.
constexpr int kMaxLookedAt = 1000;
constexpr int64_t kFirstTime = std::numeric_limits<int64_t>::min();
constexpr int64_t kLastTime = std::numeric_limits<int64_t>::max();

// The jobs of a query by one index: a part of each SELECT, and what it binds.
class Places {
 public:
  explicit Places(const JobListQuery& query) : query_(query) { SetBounds(); }

  // The first `limit` places after `after`.
  absl::StatusOr<std::vector<JobPlace>> Read(
      Connection& db, const std::optional<JobPlace>& after, int limit) {
    after_ = after.has_value() ? *after : Before();
    limit_ = limit;
    std::vector<JobPlace> places;
    TUNESMITH_RETURN_IF_ERROR(ReadInto(db, places));
    // Those of several states come one state after the other.
    std::sort(places.begin(), places.end());
    if (backwards()) std::reverse(places.begin(), places.end());
    if (places.size() > static_cast<size_t>(limit)) places.resize(limit);
    return places;
  }

 private:
  bool backwards() const { return query_.order != Order::OLDEST_FIRST; }
  bool by_end() const { return query_.order == Order::LAST_ENDED_FIRST; }

  void SetBounds() {
    const v1::JobFilter& filter = query_.filter;
    const auto& from = by_end() ? filter.ended_from() : filter.created_from();
    const auto& before =
        by_end() ? filter.ended_before() : filter.created_before();
    if (by_end() ? filter.has_ended_from() : filter.has_created_from()) {
      from_ = absl::ToUnixMicros(FromWireTime(from));
    }
    if (by_end() ? filter.has_ended_before() : filter.has_created_before()) {
      before_ = absl::ToUnixMicros(FromWireTime(before));
    }
  }

  // What lies before all places.
  JobPlace Before() const {
    return backwards() ? JobPlace{kLastTime, kLastTime}
                       : JobPlace{kFirstTime, kFirstTime};
  }

  std::string Condition(const char* time, const char* number) const {
    return absl::StrCat(" AND ", time, " >= ? AND ", time, " < ? AND (", time,
                        ", ", number, ") ", backwards() ? "<" : ">",
                        " (?, ?) ORDER BY ", time, backwards() ? " DESC" : "",
                        ", ", number, backwards() ? " DESC" : "", " LIMIT ?");
  }

  absl::Status Collect(Statement& statement,
                       std::vector<JobPlace>& places) const {
    statement.Bind(from_).Bind(before_).Bind(after_.time).Bind(after_.number);
    statement.Bind(limit_);
    while (true) {
      TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
      if (!found) return absl::OkStatus();
      places.push_back({statement.Int(0), statement.Int(1)});
    }
  }

  absl::Status ReadMarked(Connection& db, JobMark kind, const std::string& key,
                          const std::string& value,
                          std::vector<JobPlace>& places) const {
    Statement statement = db.Prepare(absl::StrCat(
        "SELECT create_time, job FROM job_marks WHERE tenant = ? AND kind = ?"
        " AND key = ? AND value = ?",
        Condition("create_time", "job")));
    statement.Bind(query_.tenant).Bind(static_cast<int>(kind));
    statement.Bind(key).Bind(value);
    return Collect(statement, places);
  }

  absl::Status ReadInto(Connection& db, std::vector<JobPlace>& places) const {
    const v1::JobFilter& filter = query_.filter;
    if (by_end()) {
      Statement statement = db.Prepare(
          absl::StrCat("SELECT end_time, number FROM jobs WHERE tenant = ?"
                       " AND end_time IS NOT NULL",
                       Condition("end_time", "number")));
      statement.Bind(query_.tenant);
      return Collect(statement, places);
    }
    if (!filter.labels().empty()) {
      // Any of them; in a fixed order, so that pages go on alike.
      const std::map<std::string, std::string> labels(filter.labels().begin(),
                                                      filter.labels().end());
      return ReadMarked(db, JobMark::kLabel, labels.begin()->first,
                        labels.begin()->second, places);
    }
    if (!filter.states().empty()) return ReadStates(db, places);
    if (!filter.dataset().empty()) {
      return ReadMarked(db, JobMark::kDataset, "", filter.dataset(), places);
    }
    if (!filter.base_model().empty()) {
      return ReadMarked(db, JobMark::kBaseModel, "", filter.base_model(),
                        places);
    }
    Statement statement = db.Prepare(
        absl::StrCat("SELECT create_time, number FROM jobs WHERE tenant = ?",
                     Condition("create_time", "number")));
    statement.Bind(query_.tenant);
    return Collect(statement, places);
  }

  absl::Status ReadStates(Connection& db, std::vector<JobPlace>& places) const {
    const auto& states = query_.filter.states();
    for (int state : std::set<int>(states.begin(), states.end())) {
      Statement statement = db.Prepare(absl::StrCat(
          "SELECT create_time, number FROM jobs WHERE tenant = ? AND state = ?",
          Condition("create_time", "number")));
      statement.Bind(query_.tenant).Bind(state);
      TUNESMITH_RETURN_IF_ERROR(Collect(statement, places));
    }
    return absl::OkStatus();
  }

  const JobListQuery& query_;
  int64_t from_ = kFirstTime;
  int64_t before_ = kLastTime;
  JobPlace after_;
  int limit_ = 0;
};

bool IsIn(const v1::JobFilter& filter, v1::Job::State state) {
  return filter.states().empty() ||
         absl::c_linear_search(filter.states(), state);
}

}  // namespace

bool Matches(const v1::JobFilter& filter, const v1::Job& job) {
  if (!IsIn(filter, job.state())) return false;
  for (const auto& [key, value] : filter.labels()) {
    auto label = job.labels().find(key);
    if (label == job.labels().end() || label->second != value) return false;
  }
  const v1::Data& data = job.spec().data();
  if (!filter.base_model().empty() &&
      filter.base_model() != job.spec().base_model()) {
    return false;
  }
  if (!filter.dataset().empty() && filter.dataset() != data.training() &&
      filter.dataset() != data.validation() &&
      filter.dataset() != data.test()) {
    return false;
  }
  auto is_within = [](const google::protobuf::Timestamp& wire, bool has_from,
                      const google::protobuf::Timestamp& from, bool has_before,
                      const google::protobuf::Timestamp& before) {
    absl::Time time = FromWireTime(wire);
    return (!has_from || time >= FromWireTime(from)) &&
           (!has_before || time < FromWireTime(before));
  };
  if (!is_within(job.create_time(), filter.has_created_from(),
                 filter.created_from(), filter.has_created_before(),
                 filter.created_before())) {
    return false;
  }
  if (!filter.has_ended_from() && !filter.has_ended_before()) return true;
  return job.has_end_time() &&
         is_within(job.end_time(), filter.has_ended_from(), filter.ended_from(),
                   filter.has_ended_before(), filter.ended_before());
}

absl::StatusOr<JobListPage> ListJobs(Connection& db, const JobListQuery& query,
                                     int limit) {
  Places index(query);
  JobListPage page;
  std::optional<JobPlace> after = query.after;
  int looked_at = 0;
  while (true) {
    // One more than the page takes says whether there is another.
    const int wanted = limit + 1 - static_cast<int>(page.jobs.size());
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<JobPlace> places,
                               index.Read(db, after, wanted));
    for (const JobPlace& place : places) {
      TUNESMITH_ASSIGN_OR_RETURN(JobRow row, JobTable::Load(db, place.number));
      ++looked_at;
      if (Matches(query.filter, row.job)) {
        if (static_cast<int>(page.jobs.size()) == limit) {
          page.next = page.jobs.back().place;
          return page;
        }
        page.jobs.push_back({place, std::move(row)});
      }
      after = place;
    }
    if (static_cast<int>(places.size()) < wanted) return page;
    if (looked_at >= kMaxLookedAt) {
      page.next = after;
      return page;
    }
  }
}

}  // namespace tunesmith::server
