#ifndef TUNESMITH_SERVER_LIFECYCLE_PREVIEW_CALLS_H_
#define TUNESMITH_SERVER_LIFECYCLE_PREVIEW_CALLS_H_

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/contract/base/mutex.h"
#include "tunesmith/internal/v1/work.pb.h"

namespace tunesmith::server {

// Calls that wait for a worker's preview, by work item: the one place where a
// preview is, since nothing of it is stored. Thread-safe.
class PreviewCalls {
 public:
  using Answer = absl::StatusOr<internal::v1::PreviewResult>;
  using AnswerFn = absl::AnyInvocable<void(Answer)>;

  // Each may hold a sheet of pictures and keep a worker busy.
  static constexpr size_t kMaxCalls = 64;

  // `answer` runs once, without any lock held, unless Remove comes first; must
  // not block. RESOURCE_EXHAUSTED (QUEUE_FULL) while too many wait.
  absl::Status Add(const std::string& item_uid, AnswerFn answer);

  // Nobody waits any more. False when it was answered, or never added.
  bool Remove(const std::string& item_uid);

  // For calls that do not wait any more it does nothing.
  void Resolve(const std::string& item_uid, Answer answer);
  // Answers all of them.
  void ResolveAll(const absl::Status& status);

 private:
  Mutex mutex_;
  std::map<std::string, AnswerFn> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_PREVIEW_CALLS_H_
