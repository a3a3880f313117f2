#ifndef TUNESMITH_WORKER_TRAINER_WORK_CONTEXT_H_
#define TUNESMITH_WORKER_TRAINER_WORK_CONTEXT_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "proto/contract/base/clock.h"
#include "tunesmith/internal/v1/trainer_channel.pb.h"
#include "worker/trainer/work_reporter.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// What every kind of work needs; all of it outlives the work.
struct WorkContext {
  const internal::v1::TrainerAssignment& assignment;
  WorkReporter& reporter;
  Clock& clock;
  // Hears how far the work is; only the newest counts.
  std::function<void(tunesmith::v1::Progress)> on_progress;
  // What somebody wants of the work meanwhile; work without checkpoints ends at
  // any request.
  std::function<StopRequest()> stop_request;
  // "cpu" or "cuda:N".
  std::string device;
  int threads;
  // Of PredictWork: waits so long for the next batch; nothing when none came,
  // or somebody wants the work to stop.
  std::function<std::optional<internal::v1::PredictBatch>(absl::Duration)>
      next_batch = {};
  // Hears that the model is loaded, and each batch's answer.
  std::function<void(const internal::v1::PredictBatchResult&)> on_predicted =
      {};
};

// The directory of a staged artifact, after a check of every file against the
// manifest. DATA_LOSS (DIGEST_MISMATCH), FAILED_PRECONDITION when it was not
// staged.
absl::StatusOr<std::string> VerifiedArtifact(
    const internal::v1::TrainerAssignment& assignment,
    const internal::v1::Artifact& artifact);

// The path of a dataset's one file, checked likewise.
absl::StatusOr<std::string> VerifiedDataset(
    const internal::v1::TrainerAssignment& assignment,
    const internal::v1::DatasetInput& dataset);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_WORK_CONTEXT_H_
