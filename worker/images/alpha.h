#ifndef TUNESMITH_WORKER_IMAGES_ALPHA_H_
#define TUNESMITH_WORKER_IMAGES_ALPHA_H_

#include <cstdint>
#include <vector>

namespace tunesmith::worker {

// Pixels of red, green, blue and alpha become such of red, green and blue.
// Returns the largest alpha less the smallest.
int DropAlpha(std::vector<uint8_t>& pixels);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_ALPHA_H_
