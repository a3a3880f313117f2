#ifndef TUNESMITH_WORKER_TRAINER_WIRE_AUGMENTATION_H_
#define TUNESMITH_WORKER_TRAINER_WIRE_AUGMENTATION_H_

#include "absl/status/statusor.h"
#include "tunesmith/v1/augmentation.pb.h"
#include "worker/augmentation/batch_mix.h"
#include "worker/augmentation/image_transform.h"
#include "worker/augmentation/operation.h"
#include "worker/models/image_input.h"
#include "worker/training/options.h"

// How pictures are varied, as plain structs; errors as in wire_spec.h. An
// augmentation that is not set is an empty one.

namespace tunesmith::worker {

// Normalised as the augmentation says, where it says.
absl::StatusOr<ImageTransform> ToImageTransform(
    const ImageInputFacts& input,
    const tunesmith::v1::Augmentation& augmentation);

absl::StatusOr<AugmentationPlan> ToAugmentationPlan(
    const tunesmith::v1::Augmentation& augmentation);

absl::StatusOr<BatchMix> ToBatchMix(
    const tunesmith::v1::Augmentation& augmentation);

// All three, for a network that wants its pictures like this.
absl::StatusOr<PictureOptions> ToPictureOptions(
    const ImageInputFacts& input,
    const tunesmith::v1::Augmentation& augmentation);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_WIRE_AUGMENTATION_H_
