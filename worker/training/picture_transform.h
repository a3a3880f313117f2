#ifndef TUNESMITH_WORKER_TRAINING_PICTURE_TRANSFORM_H_
#define TUNESMITH_WORKER_TRAINING_PICTURE_TRANSFORM_H_

#include "worker/augmentation/image_transform.h"
#include "worker/models/image_input.h"

namespace tunesmith::worker {

// As the model itself says.
ImageTransform TransformOf(const ImageInputFacts& input);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_PICTURE_TRANSFORM_H_
