#ifndef TUNESMITH_WORKER_DATA_EXAMPLE_H_
#define TUNESMITH_WORKER_DATA_EXAMPLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "worker/data/archive.h"

namespace tunesmith::worker {

// Where the file of a picture is.
struct PictureSource {
  std::shared_ptr<const Archive> archive;
  size_t file = 0;
  // SHA-256 of its bytes, in hexadecimal.
  std::string digest = {};
};

// One labelled sample, ready for a network: a text or a picture.
struct Example {
  // Row of the file, counted from 1 without the header.
  int64_t row = 0;
  // Of a text, special tokens included; not empty.
  std::vector<int32_t> token_ids;
  // Index into the task's labels.
  int32_t label = 0;
  // Set for a picture.
  PictureSource picture = {};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_EXAMPLE_H_
