#include "server/api/watch_reactor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/api/answer.h"
#include "server/api/request_check.h"
#include "server/events/event_log.h"
#include "server/jobs/transitions.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

// Events that are held for a client; a page is also cut at 1 MiB.
constexpr int kPageEvents = 200;

}  // namespace

WatchReactor* WatchReactor::Start(const ApiContext& api,
                                  const std::string& tenant,
                                  const v1::WatchJobRequest& request) {
  std::shared_ptr<WatchReactor> reactor(
      new WatchReactor(api, request.after_sequence()));
  reactor->self_ = reactor;
  api.watchers->fetch_add(1);
  RequestCheck check;
  std::string id = check.Name("name", ResourceKind::kJob, request.name());
  if (request.after_sequence() < 0) {
    check.Add("after_sequence", "must be at least 0");
  }
  if (absl::Status status = check.ToStatus(); !status.ok()) {
    {
      MutexLock lock(&reactor->mutex_);
      reactor->state_ = State::kIdle;
      reactor->End(status);
    }
    reactor->Advance();
    return reactor.get();
  }
  reactor->Resolve(tenant, id);
  return reactor.get();
}

WatchReactor::WatchReactor(const ApiContext& api, int64_t after_sequence)
    : api_(api), cursor_(after_sequence) {}

void WatchReactor::Resolve(const std::string& tenant, const std::string& id) {
  api_.store->Read([self = shared_from_this(), tenant, id](Connection& db) {
    absl::Status status = self->FindJob(db, tenant, id);
    if (status.ok()) {
      self->api_.hub->Subscribe(self->job_, self);
      if (std::optional<v1::Progress> progress =
              self->api_.hub->progress(self->job_)) {
        self->OnProgress(*progress);
      }
    }
    {
      MutexLock lock(&self->mutex_);
      self->state_ = State::kIdle;
      if (!status.ok()) self->End(status);
    }
    self->Advance();
  });
}

absl::Status WatchReactor::FindJob(Connection& db, const std::string& tenant,
                                   const std::string& id) {
  TUNESMITH_ASSIGN_OR_RETURN(JobRow row, JobTable::Get(db, tenant, id));
  job_ = {tenant, row.job.uid()};
  int64_t newest = row.job.last_sequence();
  MutexLock lock(&mutex_);
  if (cursor_ > newest) {
    return MakeError(absl::StatusCode::kOutOfRange,
                     v1::ERROR_REASON_CURSOR_OUT_OF_RANGE,
                     absl::StrCat("after_sequence lies beyond the job's last "
                                  "event, newest: ",
                                  newest));
  }
  return absl::OkStatus();
}

void WatchReactor::ReadPage(Connection& db) {
  Page page;
  absl::Status status = LoadPage(db, page);
  {
    MutexLock lock(&mutex_);
    state_ = State::kIdle;
    if (!page.events.empty()) cursor_ = page.events.back().sequence();
    for (v1::JobEvent& event : page.events) {
      events_.push_back(std::move(event));
    }
    has_news_ = has_news_ || page.more;
    at_end_ = at_end_ || page.last;
    if (!status.ok()) End(status);
  }
  Advance();
}

absl::Status WatchReactor::LoadPage(Connection& db, Page& page) {
  int64_t cursor;
  {
    MutexLock lock(&mutex_);
    cursor = cursor_;
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<JobRow> row,
                             JobTable::FindByUid(db, job_));
  if (!row.has_value()) {
    return MakeError(absl::StatusCode::kNotFound,
                     v1::ERROR_REASON_RESOURCE_NOT_FOUND,
                     "the job was deleted while it was watched");
  }
  TUNESMITH_ASSIGN_OR_RETURN(page.events,
                             EventLog::Read(db, job_, cursor, kPageEvents));
  if (!page.events.empty()) cursor = page.events.back().sequence();
  page.more = cursor < row->job.last_sequence();
  page.last = !page.more && IsTerminal(row->job.state());
  return absl::OkStatus();
}

void WatchReactor::OnEvents() {
  {
    MutexLock lock(&mutex_);
    has_news_ = true;
  }
  Advance();
}

void WatchReactor::OnProgress(const v1::Progress& progress) {
  {
    MutexLock lock(&mutex_);
    progress_ = progress;
  }
  Advance();
}

void WatchReactor::OnShutdown() {
  {
    MutexLock lock(&mutex_);
    End(UnavailableError(v1::ERROR_REASON_DRAINING,
                         "the server is stopping; watch again from the last "
                         "sequence",
                         absl::Seconds(1)));
  }
  Advance();
}

void WatchReactor::OnWriteDone(bool ok) {
  {
    MutexLock lock(&mutex_);
    state_ = State::kIdle;
    if (!ok) End(absl::CancelledError("the client went away"));
  }
  Advance();
}

void WatchReactor::OnCancel() {
  {
    MutexLock lock(&mutex_);
    End(absl::CancelledError("the client went away"));
  }
  Advance();
}

void WatchReactor::OnDone() {
  api_.hub->Unsubscribe(job_, this);
  api_.watchers->fetch_sub(1);
  // The last use of *this may be here.
  std::shared_ptr<WatchReactor> self = std::move(self_);
}

void WatchReactor::Advance() {
  Action action;
  absl::Status end;
  {
    MutexLock lock(&mutex_);
    action = Decide();
    if (action == Action::kFinish) end = *end_;
  }
  switch (action) {
    case Action::kNone:
      return;
    case Action::kRead:
      api_.store->Read(
          [self = shared_from_this()](Connection& db) { self->ReadPage(db); });
      return;
    case Action::kWrite:
      StartWrite(&message_);
      return;
    case Action::kFinish:
      Finish(absl::IsCancelled(end) ? grpc::Status::CANCELLED : ToAnswer(end));
      return;
  }
}

WatchReactor::Action WatchReactor::Decide() {
  if (state_ != State::kIdle) return Action::kNone;
  if (!end_.has_value() && at_end_ && events_.empty()) End(absl::OkStatus());
  if (end_.has_value()) {
    state_ = State::kFinished;
    return Action::kFinish;
  }
  if (!events_.empty()) {
    state_ = State::kWriting;
    *message_.mutable_event() = std::move(events_.front());
    events_.pop_front();
    return Action::kWrite;
  }
  if (has_news_) {
    state_ = State::kReading;
    has_news_ = false;
    return Action::kRead;
  }
  if (progress_.has_value()) {
    state_ = State::kWriting;
    *message_.mutable_progress() = *std::move(progress_);
    progress_.reset();
    return Action::kWrite;
  }
  return Action::kNone;
}

void WatchReactor::End(absl::Status status) {
  if (!end_.has_value()) end_ = std::move(status);
}

}  // namespace tunesmith::server
