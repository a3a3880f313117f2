#include "server/workers/session_reactor.h"

#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/rpc/grpc_status.h"
#include "server/lifecycle/work_commands.h"
#include "server/workers/hello_check.h"
#include "server/workers/session_messages.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

using internal::v1::WorkerMessage;

// A worker that sends faster than the disk takes waits.
constexpr int kMaxUnstored = 64;

absl::Status ProtocolError(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   v1::ERROR_REASON_INVALID_FIELD, message);
}

// What passes by itself: the worker connects again later and repeats.
bool IsTransient(const absl::Status& status) {
  return absl::IsResourceExhausted(status) || absl::IsUnavailable(status);
}

absl::Status TryLaterError(const absl::Status& cause) {
  return UnavailableError(
      v1::ERROR_REASON_STORE_UNAVAILABLE,
      absl::StrCat("nothing can be stored now: ", cause.message()),
      absl::Seconds(1));
}

}  // namespace

SessionReactor* SessionReactor::Start(const WorkersContext& context) {
  std::shared_ptr<SessionReactor> reactor(new SessionReactor(context));
  reactor->self_ = reactor;
  MutexLock lock(&reactor->mutex_);
  reactor->Advance();
  return reactor.get();
}

void SessionReactor::Take(WorkerMessage message) {
  bool is_first;
  {
    MutexLock lock(&mutex_);
    is_first = state_ == State::kAwaitingHello;
  }
  if (message.has_hello() != is_first) {
    return Fail(ProtocolError("hello must be the first message, and only it"));
  }
  switch (message.kind_case()) {
    case WorkerMessage::kHello:
      return TakeHello(message.hello());
    case WorkerMessage::kReport:
      return TakeReport(message.report());
    case WorkerMessage::kEvents:
      return TakeEvents(std::move(*message.mutable_events()));
    case WorkerMessage::kPredicted:
      return context_.lifecycle.predictions->OnResult(
          leases_->worker_id(), std::move(*message.mutable_predicted()));
    case WorkerMessage::KIND_NOT_SET:
      // Of a later release.
      return;
  }
}

void SessionReactor::TakeHello(const internal::v1::Hello& hello) {
  if (absl::Status status = CheckHello(hello); !status.ok()) {
    spdlog::warn("worker refused error=\"{}\"", status.ToString());
    return Fail(status);
  }
  leases_.emplace(&context_, hello.worker_id(), hello.boot_id());
  absl::Status connected =
      context_.registry->Connect(hello, shared_from_this());
  if (!connected.ok()) {
    spdlog::warn("worker refused worker={} error=\"{}\"", hello.worker_id(),
                 connected.ToString());
    return Fail(connected);
  }
  {
    MutexLock lock(&mutex_);
    registered_ = true;
    if (end_.has_value()) return Leave();
    state_ = State::kGreeting;
    TellWhetherBehind();
  }
  // It is there, however long it takes to greet it.
  leases_->RenewAll();
  context_.store->Write(
      [self = shared_from_this()](Transaction& tx) {
        return self->leases_->EndOlder(tx);
      },
      [self = shared_from_this(), report = hello.report()](
          absl::Status status) { self->OnOldLeasesEnded(report, status); });
}

void SessionReactor::OnOldLeasesEnded(const internal::v1::Report& report,
                                      const absl::Status& status) {
  if (!status.ok()) {
    spdlog::error("worker not greeted worker={} error=\"{}\"",
                  leases_->worker_id(), status.ToString());
    return Fail(TryLaterError(status));
  }
  // Also those that the worker does not report: it may not have heard of them.
  leases_->RenewAll();
  TakeReport(report);
  MutexLock lock(&mutex_);
  if (state_ != State::kGreeting || end_.has_value()) return;
  spdlog::info("worker connected worker={} boot={}", leases_->worker_id(),
               leases_->boot_id());
  state_ = State::kServing;
  welcome_due_ = true;
  desired_due_ = true;
  Advance();
}

void SessionReactor::TakeReport(const internal::v1::Report& report) {
  context_.registry->Seen(leases_->worker_id());
  context_.registry->TakeReport(leases_->worker_id(), this, report);
  leases_->Take(report);
}

void SessionReactor::TakeEvents(internal::v1::Events events) {
  LeaseKey lease = {events.item_uid(), events.fence()};
  if (leases_->Find(lease) == nullptr) {
    MutexLock lock(&mutex_);
    acks_.push_back(FencedMessage(lease));
    return Advance();
  }
  context_.registry->Seen(leases_->worker_id());
  leases_->Renew(lease);
  {
    MutexLock lock(&mutex_);
    ++unstored_;
  }
  auto sequence = std::make_shared<int64_t>(0);
  std::vector<internal::v1::WorkEvent> batch(
      std::make_move_iterator(events.mutable_events()->begin()),
      std::make_move_iterator(events.mutable_events()->end()));
  context_.store->Write(
      [self = shared_from_this(), lease, sequence,
       batch = std::move(batch)](Transaction& tx) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(
            *sequence,
            ApplyWorkEvents(tx, self->context_.lifecycle, lease, batch));
        return absl::OkStatus();
      },
      [self = shared_from_this(), lease, sequence](absl::Status status) {
        self->OnEventsStored(lease, *sequence, status);
      });
}

void SessionReactor::OnEventsStored(const LeaseKey& lease, int64_t sequence,
                                    const absl::Status& status) {
  {
    MutexLock lock(&mutex_);
    --unstored_;
    // What followed a refused message says nothing: it has a gap before it.
    if (end_.has_value()) return;
    if (status.ok() || absl::IsAborted(status)) {
      acks_.push_back(status.ok() ? StoredMessage(lease, sequence)
                                  : FencedMessage(lease));
      return Advance();
    }
  }
  spdlog::error("events not stored worker={} item={} fence={} error=\"{}\"",
                leases_->worker_id(), lease.item_uid, lease.fence,
                status.ToString());
  if (IsTransient(status)) return Fail(TryLaterError(status));
  // First, so that the worker finds the lease lost when it comes back.
  leases_->GiveUp(lease, status);
  Fail(status);
}

void SessionReactor::OnAssignmentsChanged() {
  MutexLock lock(&mutex_);
  desired_due_ = true;
  Advance();
}

void SessionReactor::OnPredictBatch(internal::v1::PredictBatch batch) {
  MutexLock lock(&mutex_);
  if (end_.has_value()) return;
  batches_.push_back(std::move(batch));
  Advance();
}

void SessionReactor::OnEvicted(const absl::Status& status) { Fail(status); }

void SessionReactor::OnReadDone(bool ok) {
  if (ok) Take(std::move(incoming_));
  MutexLock lock(&mutex_);
  reading_ = false;
  if (!ok) End(absl::OkStatus());
  Advance();
}

void SessionReactor::OnWriteDone(bool ok) {
  MutexLock lock(&mutex_);
  writing_ = false;
  if (!ok) End(absl::CancelledError("the worker went away"));
  Advance();
}

void SessionReactor::OnCancel() {
  Fail(absl::CancelledError("the worker went away"));
}

void SessionReactor::OnDone() {
  // The last use of *this may be here.
  std::shared_ptr<SessionReactor> self = std::move(self_);
}

void SessionReactor::Fail(absl::Status status) {
  MutexLock lock(&mutex_);
  End(std::move(status));
  Advance();
}

void SessionReactor::End(absl::Status status) {
  if (end_.has_value()) return;
  end_ = std::move(status);
  Leave();
}

void SessionReactor::Leave() {
  if (!std::exchange(registered_, false)) return;
  spdlog::info("worker disconnected worker={} boot={} status=\"{}\"",
               leases_->worker_id(), leases_->boot_id(), end_->ToString());
  // A newer stream may have taken over.
  if (!context_.registry->Disconnect(leases_->worker_id(), this)) return;
  leases_->Shorten();
}

void SessionReactor::Advance() {
  if (state_ == State::kFinished) return;
  if (!writing_ && end_.has_value()) {
    state_ = State::kFinished;
    Finish(ToGrpcStatus(*end_));
    return;
  }
  if (!writing_ && TakeOutgoing()) {
    writing_ = true;
    StartWrite(&outgoing_);
  }
  TellWhetherBehind();
  bool may_read = state_ == State::kAwaitingHello ||
                  (state_ == State::kServing && unstored_ < kMaxUnstored);
  if (may_read && !reading_ && !end_.has_value()) {
    reading_ = true;
    StartRead(&incoming_);
  }
}

void SessionReactor::TellWhetherBehind() {
  const bool behind =
      registered_ && (state_ == State::kGreeting || unstored_ >= kMaxUnstored);
  if (behind_ == behind) return;
  behind_ = behind;
  if (registered_) {
    context_.registry->SetBehind(leases_->worker_id(), this, behind);
  }
}

bool SessionReactor::TakeOutgoing() {
  if (state_ != State::kServing) return false;
  if (std::exchange(welcome_due_, false)) {
    outgoing_ = WelcomeMessage(context_);
    return true;
  }
  if (!acks_.empty()) {
    outgoing_ = std::move(acks_.front());
    acks_.pop_front();
    return true;
  }
  if (std::exchange(desired_due_, false)) {
    outgoing_ = DesiredStateMessage(leases_->List());
    return true;
  }
  if (!batches_.empty()) {
    outgoing_.Clear();
    *outgoing_.mutable_predict() = std::move(batches_.front());
    batches_.pop_front();
    return true;
  }
  return false;
}

}  // namespace tunesmith::server
