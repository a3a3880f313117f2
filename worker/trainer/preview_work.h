#ifndef TUNESMITH_WORKER_TRAINER_PREVIEW_WORK_H_
#define TUNESMITH_WORKER_TRAINER_PREVIEW_WORK_H_

#include "absl/status/statusor.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/trainer/work_context.h"

namespace tunesmith::worker {

// Draws pictures of a dataset as a training would see them: a row of the sheet
// for each, evaluated first, then in the epochs from 0 on. With a negative
// `skip`, the samples are spread evenly over the rows, and one that cannot be
// read is passed over for the next; otherwise they follow one another, and one
// that cannot be read is left out. Nothing of the training's is needed for it:
// the draws follow from the seed, the epoch and the picture. Mixup and cutmix
// mix the pictures of a column, as a batch that is the first of its epoch.
//
// INVALID_ARGUMENT with a reason: TASK_NOT_SUPPORTED, UNKNOWN_COLUMN,
// EMPTY_DATASET, INVALID_FIELD (`skip` is beyond the last picture). Errors of
// DescribeModel, OpenTable, OpenArchive, VerifiedArtifact and VerifiedDataset.
absl::StatusOr<internal::v1::Outcome> DoPreviewWork(
    const internal::v1::PreviewWork& work, const WorkContext& context);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_PREVIEW_WORK_H_
