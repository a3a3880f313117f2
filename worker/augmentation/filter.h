#ifndef TUNESMITH_WORKER_AUGMENTATION_FILTER_H_
#define TUNESMITH_WORKER_AUGMENTATION_FILTER_H_

#include "worker/images/image.h"

namespace tunesmith::worker {

// torchvision's gaussian_blur: a Gaussian at `kernel_size` places, which is
// odd; beyond its edges the picture is reflected, as often as it takes.
// (torchvision lets those places span 1/sqrt(2) of a pixel each.) `sigma` is
// above 0.
Image GaussianBlurred(const Image& image, int kernel_size, double sigma);

// Pillow's ImageEnhance.Sharpness: 0 is smoothed, 1 unchanged, more is sharper.
// The outermost pixels stay.
Image Sharpened(const Image& image, double factor);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_FILTER_H_
