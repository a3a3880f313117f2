#ifndef TUNESMITH_WORKER_TRAINER_CHECKPOINT_DIRECTORY_H_
#define TUNESMITH_WORKER_TRAINER_CHECKPOINT_DIRECTORY_H_

#include <cstdint>
#include <map>
#include <string>

#include "proto/contract/base/mutex.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// The checkpoints of one attempt: a directory with a sub-directory, named by
// its step, for each. Thread-safe.
class CheckpointDirectory : public CheckpointStore {
 public:
  // `path` is on this machine; `group` is the first part of the artifacts'
  // keys.
  CheckpointDirectory(std::string path, std::string group);

  absl::StatusOr<std::string> Begin(int64_t step) override;
  // Syncs the files, writes the manifest and syncs the directories.
  absl::Status Seal(int64_t step) override;

  // What there is to report of a step that was sealed: all that files tell.
  internal::v1::CheckpointReport ReportOf(int64_t step) const;

 private:
  std::string PathOf(int64_t step) const;

  const std::string path_;
  const std::string group_;
  mutable Mutex mutex_;
  std::map<int64_t, internal::v1::CheckpointReport> sealed_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_CHECKPOINT_DIRECTORY_H_
