#ifndef TUNESMITH_WORKER_IMAGES_ORIENTATION_H_
#define TUNESMITH_WORKER_IMAGES_ORIENTATION_H_

#include <string_view>

#include "worker/images/image.h"

namespace tunesmith::worker {

// Tag 0x0112 of EXIF data (a TIFF file, CIPA DC-008): 1 to 8. 1, which means as
// it is, for anything that cannot be read.
int OrientationOf(std::string_view exif);

// Turned and mirrored so that it looks as it was meant.
Image Oriented(Image image, int orientation);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_ORIENTATION_H_
