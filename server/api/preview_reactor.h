#ifndef TUNESMITH_SERVER_API_PREVIEW_REACTOR_H_
#define TUNESMITH_SERVER_API_PREVIEW_REACTOR_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "grpcpp/alarm.h"
#include "grpcpp/support/server_callback.h"
#include "proto/contract/base/mutex.h"
#include "server/api/context.h"
#include "server/lifecycle/preview_calls.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::server {

// One PreviewAugmentation call. It queues a work item and waits for whatever
// comes first: the item's end, an alarm, or the client that goes away; what
// comes later changes nothing. An item that nobody waits for any more is taken
// back.
//
// Called by gRPC, by its alarm and by the completion executor. Holds itself
// until gRPC is done with it.
class PreviewReactor final
    : public grpc::ServerUnaryReactor,
      public std::enable_shared_from_this<PreviewReactor> {
 public:
  // `request` and `response` live until the call is finished.
  static PreviewReactor* Start(const ApiContext& api, const std::string& tenant,
                               const v1::PreviewAugmentationRequest& request,
                               v1::PreviewAugmentationResponse* response);
  ~PreviewReactor() override = default;

  void OnCancel() override;
  void OnDone() override;

 private:
  PreviewReactor(const ApiContext& api, const std::string& tenant,
                 v1::PreviewAugmentationResponse* response);

  void Queue(const v1::PreviewAugmentationRequest& request);
  void SetAlarm();
  void OnAnswer(PreviewCalls::Answer answer);
  // Ends the call without an answer, and its item.
  void GiveUp(absl::Status status);
  // True for the first who wants to end the call: the response is its alone
  // until it calls Finish.
  bool TakeEnd();

  const ApiContext& api_;
  const std::string tenant_;
  const std::string item_uid_;
  v1::PreviewAugmentationResponse* const response_;
  std::shared_ptr<PreviewReactor> self_;
  grpc::Alarm alarm_;

  Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  // As it was queued, for the response.
  v1::Augmentation augmentation_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_PREVIEW_REACTOR_H_
