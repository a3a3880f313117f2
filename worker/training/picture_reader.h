#ifndef TUNESMITH_WORKER_TRAINING_PICTURE_READER_H_
#define TUNESMITH_WORKER_TRAINING_PICTURE_READER_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "worker/data/example.h"
#include "worker/models/image_input.h"

namespace tunesmith::worker {

// Brings a picture from its archive into the form that a network wants.
// Thread-safe.
class PictureReader {
 public:
  explicit PictureReader(const ImageInputFacts& input) : input_(input) {}

  // 3 * size * size values: channel by channel, row by row.
  size_t value_count() const {
    return size_t{3} * static_cast<size_t>(input_.size) *
           static_cast<size_t>(input_.size);
  }
  int size() const { return input_.size; }

  // As it is evaluated. Errors of Archive::Read and DecodeImage.
  absl::Status Read(const Example& example, std::span<float> values) const;

 private:
  const ImageInputFacts input_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_PICTURE_READER_H_
