#ifndef TUNESMITH_WORKER_TRAINING_BATCH_MAKER_H_
#define TUNESMITH_WORKER_TRAINING_BATCH_MAKER_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "worker/data/batching.h"
#include "worker/data/example.h"
#include "worker/kernels/transfer.h"
#include "worker/tasks/classifier.h"

namespace tunesmith::worker {

// What goes through a classifier in one step.
struct LabelledBatch {
  ClassifierInput input;
  // [B] of int64.
  at::Tensor labels_B;
};

// What batches are made for.
struct BatchUse {
  // Samples are varied as the augmentation says; otherwise they are as they are
  // evaluated.
  bool training = false;
  // Counted from 0; of training alone.
  int64_t epoch = 0;
};

// Makes batches of examples for one kind of network, on its device. Not
// thread-safe.
class BatchMaker {
 public:
  explicit BatchMaker(at::Device device) : upload_(device) {}
  virtual ~BatchMaker() = default;

  // Makes what these batches need and later ones find there. May take long:
  // asks `should_stop` meanwhile; CANCELLED when it says so.
  virtual absl::Status Prepare(std::span<const Example> examples,
                               std::span<const BatchIndices> batches,
                               const BatchUse& use,
                               const std::function<bool()>& should_stop) {
    return absl::OkStatus();
  }

  // The batches that will be asked for next, in this order, so that work can
  // begin before. `examples` stay as they are until the next call or the end.
  // May take long: asks `should_stop` meanwhile; CANCELLED when it says so.
  virtual absl::Status Expect(std::span<const Example> examples,
                              std::span<const BatchIndices> batches,
                              const BatchUse& use,
                              const std::function<bool()>& should_stop) {
    return absl::OkStatus();
  }

  // Also of batches that were not expected, or of parts of them.
  absl::StatusOr<LabelledBatch> Make(std::span<const Example> examples,
                                     const BatchIndices& indices,
                                     const BatchUse& use);

  // What a head is given, without labels.
  virtual absl::StatusOr<ClassifierInput> MakeInput(
      std::span<const Example> examples, const BatchIndices& indices,
      const BatchUse& use) = 0;

  at::Device device() const { return upload_.device(); }

 protected:
  const Upload& upload() const { return upload_; }

 private:
  const Upload upload_;
};

// Of texts.
class TextBatches : public BatchMaker {
 public:
  TextBatches(int64_t pad_token_id, at::Device device)
      : BatchMaker(device), pad_token_id_(pad_token_id) {}

  absl::StatusOr<ClassifierInput> MakeInput(std::span<const Example> examples,
                                            const BatchIndices& indices,
                                            const BatchUse& use) override;

 private:
  const int64_t pad_token_id_;
};

// What each example costs: a text its tokens, a picture one.
std::vector<int32_t> LengthsOf(std::span<const Example> examples);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_BATCH_MAKER_H_
