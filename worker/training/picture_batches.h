#ifndef TUNESMITH_WORKER_TRAINING_PICTURE_BATCHES_H_
#define TUNESMITH_WORKER_TRAINING_PICTURE_BATCHES_H_

#include <cstddef>

#include "worker/training/batch_maker.h"
#include "worker/training/picture_loader.h"
#include "worker/training/picture_reader.h"

namespace tunesmith::worker {

// Batches of pictures, which threads read and decode ahead of training.
class PictureBatches : public BatchMaker {
 public:
  PictureBatches(const PictureReader& reader, size_t threads,
                 at::Device device);

  absl::Status Expect(std::span<const Example> examples,
                      std::span<const BatchIndices> batches,
                      const BatchUse& use,
                      const std::function<bool()>& should_stop) override;
  // Errors of PictureReader::Read.
  absl::StatusOr<ClassifierInput> MakeInput(std::span<const Example> examples,
                                            const BatchIndices& indices,
                                            const BatchUse& use) override;

 private:
  // What the loader was told to expect.
  struct Expected {
    const Example* examples = nullptr;
    BatchUse use;
  };

  bool IsExpected(std::span<const Example> examples, const BatchUse& use) const;
  void Tell(std::span<const Example> examples, std::vector<int32_t> order,
            const BatchUse& use);

  const PictureReader reader_;
  Expected expected_;
  // Last: its threads use what is above.
  PictureLoader loader_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_PICTURE_BATCHES_H_
