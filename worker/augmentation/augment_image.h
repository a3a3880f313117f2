#ifndef TUNESMITH_WORKER_AUGMENTATION_AUGMENT_IMAGE_H_
#define TUNESMITH_WORKER_AUGMENTATION_AUGMENT_IMAGE_H_

#include <span>

#include "worker/augmentation/draws.h"
#include "worker/augmentation/image_transform.h"
#include "worker/augmentation/operation.h"
#include "worker/images/image.h"

// From a decoded picture, of at least one pixel, to what a network sees. Pure
// functions: the same arguments give the same bits. Thread-safe.
//
// Without a RandomResizedCrop that comes first and is done, the picture is
// scaled to `resize_size` before the operations, and of a side that is more
// than ten times as long only the middle takes part.

namespace tunesmith::worker {

// `values`: transform.values() places.
void AugmentImage(const Image& decoded, const ImageTransform& transform,
                  const AugmentationPlan& plan, const AugmentationKey& key,
                  std::span<float> values);

// The same before it is normalised, size x size.
Image AugmentedPicture(const Image& decoded, const ImageTransform& transform,
                       const AugmentationPlan& plan,
                       const AugmentationKey& key);

// How a picture is evaluated: scaled, and the middle of that.
void EvaluateImage(const Image& decoded, const ImageTransform& transform,
                   std::span<float> values);

// The same before it is normalised, size x size.
Image EvaluatedPicture(const Image& decoded, const ImageTransform& transform);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_AUGMENT_IMAGE_H_
