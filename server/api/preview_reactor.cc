#include "server/api/preview_reactor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/api/answer.h"
#include "server/lifecycle/lease_effects.h"
#include "server/lifecycle/preview_commands.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

absl::Status TooLateError(absl::Duration patience) {
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   v1::ERROR_REASON_NO_WORKER_IN_TIME,
                   absl::StrCat("no worker has drawn the pictures in time "
                                "(ListWorkers shows what they do), waited: ",
                                absl::FormatDuration(patience)));
}

}  // namespace

PreviewReactor* PreviewReactor::Start(
    const ApiContext& api, const std::string& tenant,
    const v1::PreviewAugmentationRequest& request,
    v1::PreviewAugmentationResponse* response) {
  std::shared_ptr<PreviewReactor> reactor(
      new PreviewReactor(api, tenant, response));
  reactor->self_ = reactor;
  absl::Status status = CheckNotDraining(api);
  if (status.ok()) status = CheckPreviewAugmentation(request);
  if (status.ok()) {
    status = api.lifecycle.previews->Add(
        reactor->item_uid_, [reactor](PreviewCalls::Answer answer) {
          reactor->OnAnswer(std::move(answer));
        });
  }
  if (status.ok()) {
    reactor->Queue(request);
  } else {
    reactor->TakeEnd();
    reactor->Finish(ToAnswer(status));
  }
  return reactor.get();
}

PreviewReactor::PreviewReactor(const ApiContext& api, const std::string& tenant,
                               v1::PreviewAugmentationResponse* response)
    : api_(api),
      tenant_(tenant),
      item_uid_(api.lifecycle.new_uid()),
      response_(response) {}

void PreviewReactor::Queue(const v1::PreviewAugmentationRequest& request) {
  SetAlarm();
  api_.store->Write(
      // The call may be over, and its request gone, when this runs.
      [self = shared_from_this(), request](Transaction& tx) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(
            internal::v1::PreviewWork work,
            QueuePreview(tx, self->api_.lifecycle, self->tenant_, request,
                         self->item_uid_));
        MutexLock lock(&self->mutex_);
        self->augmentation_ = std::move(*work.mutable_augmentation());
        return absl::OkStatus();
      },
      [self = shared_from_this()](absl::Status status) {
        if (status.ok()) return;
        self->api_.lifecycle.previews->Resolve(self->item_uid_, status);
      });
}

void PreviewReactor::SetAlarm() {
  // Weak: the alarm is a part of the reactor.
  alarm_.Set(absl::ToChronoTime(absl::Now() + api_.worker_patience),
             [weak = weak_from_this()](bool due) {
               std::shared_ptr<PreviewReactor> self = weak.lock();
               if (due && self != nullptr) {
                 self->GiveUp(TooLateError(self->api_.worker_patience));
               }
             });
}

void PreviewReactor::OnAnswer(PreviewCalls::Answer answer) {
  if (!TakeEnd()) return;
  if (!answer.ok()) {
    Finish(ToAnswer(answer.status()));
    return;
  }
  *response_->mutable_png() = std::move(*answer->mutable_png());
  *response_->mutable_samples() = std::move(*answer->mutable_samples());
  response_->set_sample_count(answer->sample_count());
  {
    MutexLock lock(&mutex_);
    *response_->mutable_augmentation() = augmentation_;
  }
  Finish(grpc::Status::OK);
}

void PreviewReactor::OnCancel() {
  GiveUp(absl::CancelledError("the client went away"));
}

void PreviewReactor::GiveUp(absl::Status status) {
  if (!TakeEnd()) return;
  api_.lifecycle.previews->Remove(item_uid_);
  // Behind the write that queues it.
  api_.store->Write(
      [lifecycle = api_.lifecycle, uid = item_uid_](Transaction& tx) {
        return RemoveItem(tx, lifecycle, uid);
      },
      [uid = item_uid_](absl::Status removed) {
        if (removed.ok()) return;
        spdlog::warn("preview not removed item={} error=\"{}\"", uid,
                     removed.ToString());
      });
  Finish(absl::IsCancelled(status) ? grpc::Status::CANCELLED
                                   : ToAnswer(status));
}

bool PreviewReactor::TakeEnd() {
  MutexLock lock(&mutex_);
  return !std::exchange(ended_, true);
}

void PreviewReactor::OnDone() {
  // The last use of *this may be here.
  std::shared_ptr<PreviewReactor> self = std::move(self_);
}

}  // namespace tunesmith::server
