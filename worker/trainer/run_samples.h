#ifndef TUNESMITH_WORKER_TRAINER_RUN_SAMPLES_H_
#define TUNESMITH_WORKER_TRAINER_RUN_SAMPLES_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tunesmith/v1/job_spec.pb.h"
#include "worker/data/labelled_samples.h"
#include "worker/data/sample_kind.h"
#include "worker/models/description.h"

namespace tunesmith::worker {

struct SampleKindRequest {
  // Resolved.
  const tunesmith::v1::JobSpec& spec;
  // The model that the samples are for, and what it is.
  const std::string& directory;
  const ModelDescription& model;
  int threads = 1;
  RowAction unreadable_images = RowAction::kDropRow;
};

// What reads the samples of a job's task. INVALID_ARGUMENT with a reason:
// TASK_NOT_SUPPORTED when the model is none for it, INVALID_FIELD for texts
// that are longer than the model can read; errors of the tokenizer.
absl::StatusOr<std::unique_ptr<SampleKind>> MakeSampleKind(
    const SampleKindRequest& request, std::function<bool()> should_stop);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_RUN_SAMPLES_H_
