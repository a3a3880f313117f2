#ifndef TUNESMITH_WORKER_IMAGES_UNIFORMITY_H_
#define TUNESMITH_WORKER_IMAGES_UNIFORMITY_H_

#include "worker/images/image.h"

namespace tunesmith::worker {

// Whether nearly all of a picture, of at least one pixel, is of one colour: of
// a thousand pixels at most two differ from its middle one by more than eight
// in a channel.
bool IsNearlyUniform(const Image& image);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_UNIFORMITY_H_
