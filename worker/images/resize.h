#ifndef TUNESMITH_WORKER_IMAGES_RESIZE_H_
#define TUNESMITH_WORKER_IMAGES_RESIZE_H_

#include "worker/images/image.h"

namespace tunesmith::worker {

enum class Interpolation { kBilinear, kBicubic };

// The picture scaled to width x height, both at least 1, with the same bits as
// Pillow's Image.resize: a triangle, or Keys' cubic with a = -0.5, that grows
// with the scale where the picture shrinks; columns first, then rows, each in
// fixed point with 22 bits and rounded to 8. (Where one side grows and the
// other shrinks, Pillow 13 begins with the rows, and bits may differ by one.)
Image Resize(const Image& image, int width, int height,
             Interpolation interpolation);

// The shorter side becomes `size`, as torchvision's Resize(size).
Image ResizeShorterSide(const Image& image, int size,
                        Interpolation interpolation);

// size x size from the middle, as torchvision's CenterCrop; what lies outside
// is black.
Image CenterCrop(const Image& image, int size);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_RESIZE_H_
