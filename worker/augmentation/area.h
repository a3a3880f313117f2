#ifndef TUNESMITH_WORKER_AUGMENTATION_AREA_H_
#define TUNESMITH_WORKER_AUGMENTATION_AREA_H_

#include <optional>

#include "worker/augmentation/draws.h"
#include "worker/augmentation/operation.h"
#include "worker/images/resize.h"

// Parts of pictures, drawn as torchvision does.

namespace tunesmith::worker {

// What is cut out of width x height; after ten draws that did not fit, as much
// of the middle as the ratios allow. At least one pixel.
ImageArea DrawCrop(const RandomResizedCrop& crop, int width, int height,
                   Draws& draws);

// What is erased; nothing after ten draws that did not fit.
std::optional<ImageArea> DrawErasure(const RandomErasing& erasing, int width,
                                     int height, Draws& draws);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_AREA_H_
