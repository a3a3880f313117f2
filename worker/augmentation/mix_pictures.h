#ifndef TUNESMITH_WORKER_AUGMENTATION_MIX_PICTURES_H_
#define TUNESMITH_WORKER_AUGMENTATION_MIX_PICTURES_H_

#include <span>

#include "worker/augmentation/batch_mix.h"
#include "worker/images/image.h"

namespace tunesmith::worker {

// Does to pictures, which are one batch and of one size, what training does to
// their tensors: the partner of each is the one before it, of the first the
// last. The draw was made for pictures of width x height; where these here are
// smaller copies of those, its area shrinks with them.
void MixPictures(const MixDraw& draw, int width, int height,
                 std::span<Image> pictures);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_MIX_PICTURES_H_
