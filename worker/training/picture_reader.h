#ifndef TUNESMITH_WORKER_TRAINING_PICTURE_READER_H_
#define TUNESMITH_WORKER_TRAINING_PICTURE_READER_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "worker/data/example.h"
#include "worker/training/batch_maker.h"
#include "worker/training/options.h"
#include "worker/training/picture_transform.h"

namespace tunesmith::worker {

// Brings a picture from its archive into the form that a network wants.
// Thread-safe.
class PictureReader {
 public:
  // Augmentation is drawn from `seed`.
  PictureReader(PictureOptions options, int64_t seed)
      : options_(std::move(options)), seed_(seed) {}

  const ImageTransform& transform() const { return options_.transform; }

  // transform().values() values: channel by channel, row by row. Errors of
  // Archive::Read and DecodeImage.
  absl::Status Read(const Example& example, const BatchUse& use,
                    std::span<float> values) const;

 private:
  const PictureOptions options_;
  const int64_t seed_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_PICTURE_READER_H_
