#ifndef TUNESMITH_WORKER_AUGMENTATION_FILTER_H_
#define TUNESMITH_WORKER_AUGMENTATION_FILTER_H_

#include "worker/images/image.h"

namespace tunesmith::worker {

// A Gaussian of the deviation `sigma`, above 0, cut to `kernel_size` pixels,
// which is odd. Beyond its edges the picture is reflected, as often as it
// takes.
Image GaussianBlurred(const Image& image, int kernel_size, double sigma);

// Pillow's ImageEnhance.Sharpness: 0 is smoothed, 1 unchanged, more is sharper.
// The outermost pixels stay.
Image Sharpened(const Image& image, double factor);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_FILTER_H_
