#ifndef TUNESMITH_WORKER_TRAINER_WIRE_SPEC_H_
#define TUNESMITH_WORKER_TRAINER_WIRE_SPEC_H_

#include "absl/status/statusor.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/data/classification_data.h"
#include "worker/data/table.h"
#include "worker/training/options.h"

// What the server resolved, as the plain structs of the rooms behind the
// trainer's door. Nothing here has an opinion of its own: a field that should
// have been resolved and is not is INTERNAL, and what this release does not
// know is UNIMPLEMENTED.

namespace tunesmith::worker {

absl::StatusOr<TableFormat> ToTableFormat(
    const tunesmith::v1::DatasetFormat& format);

// All but the files' paths.
absl::StatusOr<ClassificationRequest> ToClassificationRequest(
    const internal::v1::TrainWork& work);

// All but class weights, device and threads.
absl::StatusOr<TrainingOptions> ToTrainingOptions(
    const internal::v1::TrainWork& work);

tunesmith::v1::Hyperparameters::Precision ToWire(Precision precision);

// One weight for each label; `counts` are training rows by class. The labels
// of the table are what `normalization` makes of them.
std::vector<double> ToClassWeights(const tunesmith::v1::ClassWeights& weights,
                                   const std::vector<std::string>& labels,
                                   const std::vector<int64_t>& counts,
                                   LabelNormalization normalization);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_WIRE_SPEC_H_
