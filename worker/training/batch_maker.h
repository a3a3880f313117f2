#ifndef TUNESMITH_WORKER_TRAINING_BATCH_MAKER_H_
#define TUNESMITH_WORKER_TRAINING_BATCH_MAKER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "worker/data/batching.h"
#include "worker/data/example.h"
#include "worker/tasks/classifier.h"

namespace tunesmith::worker {

// What goes through a classifier in one step.
struct LabelledBatch {
  ClassifierInput input;
  // [B] of int64.
  at::Tensor labels_B;
};

// Makes batches of examples for one kind of network, on its device.
class BatchMaker {
 public:
  explicit BatchMaker(at::Device device) : device_(device) {}
  virtual ~BatchMaker() = default;

  absl::StatusOr<LabelledBatch> Make(std::span<const Example> examples,
                                     const BatchIndices& indices);

  at::Device device() const { return device_; }

 protected:
  virtual absl::StatusOr<ClassifierInput> MakeInput(
      std::span<const Example> examples, const BatchIndices& indices) = 0;

 private:
  const at::Device device_;
};

// Of texts.
class TextBatches : public BatchMaker {
 public:
  TextBatches(int64_t pad_token_id, at::Device device)
      : BatchMaker(device), pad_token_id_(pad_token_id) {}

 protected:
  absl::StatusOr<ClassifierInput> MakeInput(
      std::span<const Example> examples, const BatchIndices& indices) override;

 private:
  const int64_t pad_token_id_;
};

// What each example costs: its tokens.
std::vector<int32_t> LengthsOf(std::span<const Example> examples);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_BATCH_MAKER_H_
