#include "server/api/predict_reactor.h"

#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "proto/contract/base/status_macros.h"
#include "server/api/answer.h"
#include "server/api/prediction_request.h"

namespace tunesmith::server {

PredictReactor* PredictReactor::Start(const ApiContext& api,
                                      const std::string& tenant,
                                      const v1::PredictRequest& request,
                                      v1::PredictResponse* response) {
  std::shared_ptr<PredictReactor> reactor(new PredictReactor(api, response));
  reactor->self_ = reactor;
  if (absl::Status status = CheckNotDraining(api); !status.ok()) {
    reactor->TakeEnd();
    reactor->Finish(ToAnswer(status));
    return reactor.get();
  }
  reactor->SetAlarm();
  // The call may be over, and its request gone, when this runs.
  api.store->Read([reactor, tenant, request](Connection& db) {
    reactor->Ask(db, tenant, request);
  });
  return reactor.get();
}

absl::StatusOr<int64_t> PredictReactor::TryAsk(
    Connection& db, const std::string& tenant,
    const v1::PredictRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(AskedModel model,
                             FindAskedModel(db, tenant, request.model()));
  TUNESMITH_RETURN_IF_ERROR(CheckSamples(model, request));
  return api_.lifecycle.predictions->Ask(
      model.key, {request.samples().begin(), request.samples().end()},
      TopK(model, request),
      [self = shared_from_this()](PredictionDesk::Answer answer) {
        self->OnAnswer(std::move(answer));
      });
}

void PredictReactor::Ask(Connection& db, const std::string& tenant,
                         const v1::PredictRequest& request) {
  absl::StatusOr<int64_t> question = TryAsk(db, tenant, request);
  if (!question.ok()) return OnAnswer(question.status());
  bool ended = false;
  {
    MutexLock lock(&mutex_);
    question_ = *question;
    ended = ended_;
  }
  // The client went away meanwhile.
  if (ended) api_.lifecycle.predictions->Withdraw(*question);
}

void PredictReactor::SetAlarm() {
  // Weak: the alarm is a part of the reactor.
  alarm_.Set(absl::ToChronoTime(absl::Now() + api_.worker_patience),
             [weak = weak_from_this()](bool due) {
               std::shared_ptr<PredictReactor> self = weak.lock();
               if (due && self != nullptr) {
                 self->GiveUp(NoAnswerInTime(self->api_.worker_patience));
               }
             });
}

void PredictReactor::OnAnswer(PredictionDesk::Answer answer) {
  if (!TakeEnd()) return;
  if (!answer.ok()) {
    Finish(ToAnswer(answer.status()));
    return;
  }
  for (v1::Prediction& prediction : *answer) {
    *response_->add_predictions() = std::move(prediction);
  }
  Finish(grpc::Status::OK);
}

void PredictReactor::OnCancel() {
  GiveUp(absl::CancelledError("the client went away"));
}

void PredictReactor::GiveUp(const absl::Status& status) {
  if (!TakeEnd()) return;
  std::optional<int64_t> question;
  {
    MutexLock lock(&mutex_);
    question = question_;
  }
  if (question.has_value()) api_.lifecycle.predictions->Withdraw(*question);
  Finish(absl::IsCancelled(status) ? grpc::Status::CANCELLED
                                   : ToAnswer(status));
}

bool PredictReactor::TakeEnd() {
  MutexLock lock(&mutex_);
  return !std::exchange(ended_, true);
}

void PredictReactor::OnDone() {
  // The last use of *this may be here.
  std::shared_ptr<PredictReactor> self = std::move(self_);
}

}  // namespace tunesmith::server
