#ifndef TUNESMITH_WORKER_AUGMENTATION_DESCRIBE_H_
#define TUNESMITH_WORKER_AUGMENTATION_DESCRIBE_H_

#include <string>

#include "worker/augmentation/image_transform.h"
#include "worker/augmentation/operation.h"

// Texts that differ where what they describe differs; for digests.

namespace tunesmith::worker {

std::string Describe(const ImageTransform& transform);
std::string Describe(const AugmentationPlan& plan);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_DESCRIBE_H_
