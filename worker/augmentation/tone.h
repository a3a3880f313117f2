#ifndef TUNESMITH_WORKER_AUGMENTATION_TONE_H_
#define TUNESMITH_WORKER_AUGMENTATION_TONE_H_

#include "worker/images/image.h"

// Values that are changed by a table, with those of Pillow's ImageOps.

namespace tunesmith::worker {

// Keeps the upper bits, 0 to 8 of them.
void Posterize(Image& image, int bits);

// Inverts values of `threshold` and more.
void Solarize(Image& image, double threshold);

// Stretches each channel to 0 to 255.
void AutoContrast(Image& image);

// Makes each channel's histogram as even as a table can.
void Equalize(Image& image);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_TONE_H_
