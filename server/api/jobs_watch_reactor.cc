#include "server/api/jobs_watch_reactor.h"

#include <utility>

#include "absl/time/clock.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/api/answer.h"
#include "server/api/job_view.h"
#include "server/api/jobs_query.h"
#include "server/api/request_check.h"
#include "server/api/trim_for_list.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

// Jobs that are held for a client.
constexpr int kJobsAtOnce = 16;
// Of one job, a client gets at most so many states a second.
constexpr std::chrono::milliseconds kReadInterval(100);
// What a client may be behind. Reading the list anew is cheaper then.
constexpr size_t kMaxBacklog = 100000;

absl::Status CheckRequest(const v1::WatchJobsRequest& request) {
  RequestCheck check;
  CheckJobFilter("filter", request.filter(), check);
  if (!request.filter().states().empty()) {
    check.Add("filter.states",
              "must not be set: a watched job passes through all of them");
  }
  return check.ToStatus();
}

JobListQuery ListOf(const std::string& tenant,
                    const v1::WatchJobsRequest& request) {
  JobListQuery query;
  query.tenant = tenant;
  query.filter = request.filter();
  query.order = v1::ListJobsRequest::OLDEST_FIRST;
  if (request.include_ended()) return query;
  for (v1::Job::State state :
       {v1::Job::VALIDATING, v1::Job::QUEUED, v1::Job::RUNNING,
        v1::Job::PAUSING, v1::Job::PAUSED, v1::Job::CANCELLING}) {
    query.filter.add_states(state);
  }
  return query;
}

}  // namespace

JobsWatchReactor* JobsWatchReactor::Start(const ApiContext& api,
                                          const std::string& tenant,
                                          const v1::WatchJobsRequest& request) {
  std::shared_ptr<JobsWatchReactor> reactor(
      new JobsWatchReactor(api, tenant, request));
  reactor->self_ = reactor;
  api.watchers->fetch_add(1);
  if (absl::Status status = CheckRequest(request); !status.ok()) {
    MutexLock lock(&reactor->mutex_);
    reactor->End(status);
  } else {
    api.hub->SubscribeList(tenant, reactor);
  }
  reactor->Advance();
  return reactor.get();
}

JobsWatchReactor::JobsWatchReactor(const ApiContext& api,
                                   const std::string& tenant,
                                   const v1::WatchJobsRequest& request)
    : api_(api),
      tenant_(tenant),
      filter_(request.filter()),
      list_(ListOf(tenant, request)) {}

void JobsWatchReactor::ReadList(Connection& db) {
  std::vector<v1::Job> jobs;
  absl::Status status = LoadList(db, jobs);
  if (status.ok() && !list_.after.has_value()) {
    MutexLock lock(&mutex_);
    listed_ = true;
  }
  Take(status, std::move(jobs));
}

absl::Status JobsWatchReactor::LoadList(Connection& db,
                                        std::vector<v1::Job>& jobs) {
  TUNESMITH_ASSIGN_OR_RETURN(JobListPage page,
                             ListJobs(db, list_, kJobsAtOnce));
  list_.after = page.next;
  JobView view(db, api_, absl::Now());
  for (ListedJob& listed : page.jobs) {
    TUNESMITH_RETURN_IF_ERROR(view.Complete(listed.row.job));
    jobs.push_back(std::move(listed.row.job));
  }
  return absl::OkStatus();
}

void JobsWatchReactor::ReadChanged(Connection& db,
                                   const std::vector<std::string>& uids) {
  std::vector<v1::Job> jobs;
  absl::Status status = LoadChanged(db, uids, jobs);
  Take(status, std::move(jobs));
}

absl::Status JobsWatchReactor::LoadChanged(Connection& db,
                                           const std::vector<std::string>& uids,
                                           std::vector<v1::Job>& jobs) {
  JobView view(db, api_, absl::Now());
  for (const std::string& uid : uids) {
    TUNESMITH_ASSIGN_OR_RETURN(std::optional<JobRow> row,
                               JobTable::FindByUid(db, {tenant_, uid}));
    // Of one that was deleted, the hub tells.
    if (!row.has_value() || !Matches(filter_, row->job)) continue;
    TUNESMITH_RETURN_IF_ERROR(view.Complete(row->job));
    jobs.push_back(std::move(row->job));
  }
  return absl::OkStatus();
}

void JobsWatchReactor::Take(const absl::Status& status,
                            std::vector<v1::Job> jobs) {
  {
    MutexLock lock(&mutex_);
    state_ = State::kIdle;
    for (v1::Job& job : jobs) {
      TrimForList(job);
      *messages_.emplace_back().mutable_job() = std::move(job);
    }
    if (!status.ok()) End(status);
  }
  Advance();
}

void JobsWatchReactor::OnJobChanged(const std::string& uid) {
  {
    MutexLock lock(&mutex_);
    changed_.insert(uid);
    CheckBacklog();
  }
  Advance();
}

void JobsWatchReactor::OnJobDeleted(const v1::Job& job) {
  if (!Matches(filter_, job)) return;
  {
    MutexLock lock(&mutex_);
    changed_.erase(job.uid());
    deleted_.push_back(job.name());
    CheckBacklog();
  }
  Advance();
}

void JobsWatchReactor::CheckBacklog() {
  if (changed_.size() + deleted_.size() <= kMaxBacklog) return;
  changed_.clear();
  deleted_.clear();
  End(absl::UnavailableError(
      "the client reads more slowly than jobs change; watch again"));
}

void JobsWatchReactor::OnShutdown() {
  {
    MutexLock lock(&mutex_);
    End(UnavailableError(v1::ERROR_REASON_DRAINING,
                         "the server is stopping; watch again",
                         absl::Seconds(1)));
  }
  Advance();
}

void JobsWatchReactor::OnWriteDone(bool ok) {
  {
    MutexLock lock(&mutex_);
    state_ = State::kIdle;
    if (!ok) End(absl::CancelledError("the client went away"));
  }
  Advance();
}

void JobsWatchReactor::OnCancel() {
  {
    MutexLock lock(&mutex_);
    End(absl::CancelledError("the client went away"));
  }
  Advance();
}

void JobsWatchReactor::OnDone() {
  api_.hub->UnsubscribeList(tenant_, this);
  api_.watchers->fetch_sub(1);
  // The last use of *this may be here.
  std::shared_ptr<JobsWatchReactor> self = std::move(self_);
}

void JobsWatchReactor::Advance() {
  Action action;
  absl::Status end;
  std::vector<std::string> uids;
  {
    MutexLock lock(&mutex_);
    action = Decide();
    if (action == Action::kFinish) end = *end_;
    if (action == Action::kReadChanged) uids = TakeChanged();
  }
  switch (action) {
    case Action::kNone:
      return;
    case Action::kReadList:
      api_.store->Read(
          [self = shared_from_this()](Connection& db) { self->ReadList(db); });
      return;
    case Action::kReadChanged:
      api_.store->Read([self = shared_from_this(), uids = std::move(uids)](
                           Connection& db) { self->ReadChanged(db, uids); });
      return;
    case Action::kSetAlarm:
      SetAlarm();
      return;
    case Action::kWrite:
      StartWrite(&message_);
      return;
    case Action::kFinish:
      Finish(absl::IsCancelled(end) ? grpc::Status::CANCELLED : ToAnswer(end));
      return;
  }
}

JobsWatchReactor::Action JobsWatchReactor::Decide() {
  if (state_ != State::kIdle) return Action::kNone;
  if (end_.has_value()) {
    state_ = State::kFinished;
    return Action::kFinish;
  }
  if (!messages_.empty()) {
    state_ = State::kWriting;
    message_ = std::move(messages_.front());
    messages_.pop_front();
    return Action::kWrite;
  }
  if (!listed_) {
    state_ = State::kReading;
    return Action::kReadList;
  }
  if (!told_caught_up_) {
    told_caught_up_ = true;
    state_ = State::kWriting;
    message_.mutable_caught_up();
    return Action::kWrite;
  }
  return DecideOnChanges();
}

JobsWatchReactor::Action JobsWatchReactor::DecideOnChanges() {
  // Before jobs, as another one can have the name by now.
  if (!deleted_.empty()) {
    state_ = State::kWriting;
    message_.set_deleted(std::move(deleted_.front()));
    deleted_.pop_front();
    return Action::kWrite;
  }
  if (changed_.empty() || alarm_is_set_) return Action::kNone;
  SteadyTime now = std::chrono::steady_clock::now();
  if (now < next_read_) {
    alarm_is_set_ = true;
    return Action::kSetAlarm;
  }
  next_read_ = now + kReadInterval;
  state_ = State::kReading;
  return Action::kReadChanged;
}

std::vector<std::string> JobsWatchReactor::TakeChanged() {
  std::vector<std::string> uids;
  while (!changed_.empty() && uids.size() < kJobsAtOnce) {
    uids.push_back(std::move(changed_.extract(changed_.begin()).value()));
  }
  // The rest belongs to the same read.
  if (!changed_.empty()) next_read_ = SteadyTime();
  return uids;
}

void JobsWatchReactor::SetAlarm() {
  // The alarm belongs to *this: its callback must not.
  alarm_.Set(std::chrono::system_clock::now() + kReadInterval,
             [weak = weak_from_this()](bool) {
               std::shared_ptr<JobsWatchReactor> self = weak.lock();
               if (self == nullptr) return;
               {
                 MutexLock lock(&self->mutex_);
                 self->alarm_is_set_ = false;
                 self->next_read_ = SteadyTime();
               }
               self->Advance();
             });
}

void JobsWatchReactor::End(absl::Status status) {
  if (!end_.has_value()) end_ = std::move(status);
}

}  // namespace tunesmith::server
