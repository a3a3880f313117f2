#ifndef TUNESMITH_WORKER_AUGMENTATION_COLOR_H_
#define TUNESMITH_WORKER_AUGMENTATION_COLOR_H_

#include "worker/images/image.h"

// Colours that are changed, with the values of torchvision's functions of the
// same names on Pillow's pictures. A factor of 1 changes nothing; factors are 0
// or more.

namespace tunesmith::worker {

void AdjustBrightness(Image& image, double factor);
void AdjustContrast(Image& image, double factor);
void AdjustSaturation(Image& image, double factor);

// Turns the hue by a share of the circle, -0.5 to 0.5. Hue and saturation are
// rounded to 8 bits, as Pillow's are.
void AdjustHue(Image& image, double share);

// Three equal channels: the luma of ITU-R 601-2.
void MakeGray(Image& image);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_COLOR_H_
