#include "server/api/predict_stream_reactor.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/api/answer.h"

namespace tunesmith::server {
namespace {

// More than a worker has at once, so that it never waits for the client.
constexpr size_t kRequestsUnderWay = 4;

// What a message holds before it is read. A read that fails leaves it where
// nothing came, and not where bytes came that are no request.
constexpr char kUnread[] = "-";

}  // namespace

PredictStreamReactor* PredictStreamReactor::Start(const ApiContext& api,
                                                  const std::string& tenant) {
  std::shared_ptr<PredictStreamReactor> reactor(
      new PredictStreamReactor(api, tenant));
  reactor->self_ = reactor;
  absl::Status status = CheckNotDraining(api);
  if (!status.ok()) reactor->Fail(status);
  reactor->SetAlarm();
  MutexLock lock(&reactor->mutex_);
  reactor->last_news_ = absl::Now();
  reactor->Advance();
  return reactor.get();
}

void PredictStreamReactor::OnReadDone(bool ok) {
  std::optional<AskedModel> model;
  if (!ok && incoming_.model() != kUnread) {
    return Fail(InvalidFieldsError(
        {{"request",
          "not a PredictRequest: its bytes are malformed, or a text "
          "in it is not UTF-8"}}));
  }
  absl::Status checked = ok ? api_.rules->Check(incoming_) : absl::OkStatus();
  if (!checked.ok()) return Fail(checked);
  {
    MutexLock lock(&mutex_);
    if (!ok || end_.has_value()) {
      reading_ = false;
      all_read_ = true;
      return Advance();
    }
    model = model_;
  }
  if (!model.has_value()) {
    return api_.store->Read(
        [self = shared_from_this()](Connection& db) { self->FindModel(db); });
  }
  if (!incoming_.model().empty() && incoming_.model() != model->key.name) {
    return Fail(InvalidFieldsError(
        {{"model", "must be the first message's, or empty"}}));
  }
  Ask(*model);
}

void PredictStreamReactor::FindModel(Connection& db) {
  absl::StatusOr<AskedModel> model =
      FindAskedModel(db, tenant_, incoming_.model());
  if (!model.ok()) return Fail(model.status());
  {
    MutexLock lock(&mutex_);
    model_ = *model;
  }
  Ask(*model);
}

void PredictStreamReactor::Ask(const AskedModel& model) {
  if (absl::Status status = CheckSamples(model, incoming_); !status.ok()) {
    return Fail(status);
  }
  int64_t number = 0;
  {
    MutexLock lock(&mutex_);
    number = ++last_number_;
    if (asked_.empty()) last_news_ = absl::Now();
    asked_.push_back({.number = number, .question = {}, .answer = {}});
  }
  absl::StatusOr<int64_t> question = api_.lifecycle.predictions->Ask(
      model.key,
      {std::make_move_iterator(incoming_.mutable_samples()->begin()),
       std::make_move_iterator(incoming_.mutable_samples()->end())},
      TopK(model, incoming_),
      [self = shared_from_this(), number](PredictionDesk::Answer answer) {
        self->OnAnswer(number, std::move(answer));
      });
  if (!question.ok()) return Fail(question.status());
  bool ended = false;
  {
    MutexLock lock(&mutex_);
    ended = end_.has_value();
    for (Asked& asked : asked_) {
      if (asked.number == number) asked.question = *question;
    }
    reading_ = false;
    Advance();
  }
  if (ended) api_.lifecycle.predictions->Withdraw(*question);
}

void PredictStreamReactor::OnAnswer(int64_t number,
                                    PredictionDesk::Answer answer) {
  if (!answer.ok()) return Fail(answer.status());
  MutexLock lock(&mutex_);
  last_news_ = absl::Now();
  for (Asked& asked : asked_) {
    if (asked.number == number) asked.answer = std::move(answer);
  }
  Advance();
}

void PredictStreamReactor::SetAlarm() {
  // Weak: the alarm is a part of the reactor.
  alarm_.Set(absl::ToChronoTime(absl::Now() + api_.worker_patience),
             [weak = weak_from_this()](bool due) {
               std::shared_ptr<PredictStreamReactor> self = weak.lock();
               if (due && self != nullptr) self->OnAlarm();
             });
}

void PredictStreamReactor::OnAlarm() {
  bool too_late = false;
  {
    MutexLock lock(&mutex_);
    if (end_.has_value() || finished_) return;
    too_late =
        !asked_.empty() && absl::Now() - last_news_ >= api_.worker_patience;
  }
  if (too_late) return Fail(NoAnswerInTime(api_.worker_patience));
  SetAlarm();
}

void PredictStreamReactor::OnWriteDone(bool ok) {
  if (!ok) Fail(absl::CancelledError("the client went away"));
  MutexLock lock(&mutex_);
  writing_ = false;
  Advance();
}

void PredictStreamReactor::OnCancel() {
  Fail(absl::CancelledError("the client went away"));
}

void PredictStreamReactor::Fail(absl::Status status) {
  std::vector<int64_t> questions;
  {
    MutexLock lock(&mutex_);
    if (end_.has_value()) return;
    end_ = std::move(status);
    for (const Asked& asked : asked_) {
      if (asked.question.has_value()) questions.push_back(*asked.question);
    }
    asked_.clear();
    Advance();
  }
  for (int64_t question : questions) {
    api_.lifecycle.predictions->Withdraw(question);
  }
}

void PredictStreamReactor::Advance() {
  if (finished_ || writing_) return;
  if (end_.has_value()) {
    finished_ = true;
    Finish(absl::IsCancelled(*end_) ? grpc::Status::CANCELLED
                                    : ToAnswer(*end_));
    return;
  }
  if (!asked_.empty() && asked_.front().answer.has_value()) {
    outgoing_.Clear();
    for (v1::Prediction& prediction : **asked_.front().answer) {
      *outgoing_.add_predictions() = std::move(prediction);
    }
    asked_.pop_front();
    writing_ = true;
    StartWrite(&outgoing_);
  } else if (all_read_ && asked_.empty()) {
    finished_ = true;
    Finish(grpc::Status::OK);
    return;
  }
  if (!reading_ && !all_read_ && asked_.size() < kRequestsUnderWay) {
    reading_ = true;
    incoming_.set_model(kUnread);
    StartRead(&incoming_);
  }
}

void PredictStreamReactor::OnDone() {
  // The last use of *this may be here.
  std::shared_ptr<PredictStreamReactor> self = std::move(self_);
}

}  // namespace tunesmith::server
