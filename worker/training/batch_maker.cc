#include "worker/training/batch_maker.h"

#include <algorithm>

#include "ATen/ops/empty.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {

absl::StatusOr<LabelledBatch> BatchMaker::Make(
    std::span<const Example> examples, const BatchIndices& indices,
    const BatchUse& use) {
  at::Tensor labels = at::empty({static_cast<int64_t>(indices.size())},
                                HostMemoryOf(device()).dtype(at::kLong));
  int64_t* label = labels.mutable_data_ptr<int64_t>();
  for (int32_t index : indices) {
    *label++ = examples[static_cast<size_t>(index)].label;
  }
  TUNESMITH_ASSIGN_OR_RETURN(ClassifierInput input,
                             MakeInput(examples, indices, use));
  return LabelledBatch{std::move(input), upload_(labels)};
}

absl::StatusOr<ClassifierInput> TextBatches::MakeInput(
    std::span<const Example> examples, const BatchIndices& indices,
    const BatchUse&) {
  std::vector<std::span<const int32_t>> sequences;
  for (int32_t index : indices) {
    sequences.emplace_back(examples[static_cast<size_t>(index)].token_ids);
  }
  return ClassifierInput{
      .tokens = MakeTokenBatch(sequences, pad_token_id_, upload())};
}

std::vector<int32_t> LengthsOf(std::span<const Example> examples) {
  std::vector<int32_t> lengths;
  lengths.reserve(examples.size());
  for (const Example& example : examples) {
    lengths.push_back(
        std::max(static_cast<int32_t>(example.token_ids.size()), 1));
  }
  return lengths;
}

}  // namespace tunesmith::worker
