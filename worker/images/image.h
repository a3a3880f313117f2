#ifndef TUNESMITH_WORKER_IMAGES_IMAGE_H_
#define TUNESMITH_WORKER_IMAGES_IMAGE_H_

#include <cstdint>
#include <vector>

namespace tunesmith::worker {

// A picture in memory.
struct Image {
  int width = 0;
  int height = 0;
  // Row by row from the top, each pixel red, green, blue: width * height * 3.
  std::vector<uint8_t> rgb = {};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_IMAGE_H_
