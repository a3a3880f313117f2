#ifndef TUNESMITH_WORKER_IMAGES_CMYK_H_
#define TUNESMITH_WORKER_IMAGES_CMYK_H_

#include <array>
#include <cstdint>

namespace tunesmith::worker {

// Amounts of cyan, magenta, yellow and black ink to red, green and blue, in
// place of a colour profile and as Pillow does it: what ink leaves of white.
std::array<uint8_t, 3> CmykToRgb(const std::array<uint8_t, 4>& ink);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_CMYK_H_
