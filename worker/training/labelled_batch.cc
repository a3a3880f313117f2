#include "worker/training/labelled_batch.h"

#include "ATen/ops/empty.h"

namespace tunesmith::worker {

LabelledBatch MakeLabelledBatch(std::span<const Example> examples,
                                const BatchIndices& indices,
                                int64_t pad_token_id, at::Device device) {
  std::vector<std::span<const int32_t>> sequences;
  at::Tensor labels =
      at::empty({static_cast<int64_t>(indices.size())}, at::kLong);
  int64_t* label = labels.mutable_data_ptr<int64_t>();
  for (int32_t index : indices) {
    const Example& example = examples[static_cast<size_t>(index)];
    sequences.emplace_back(example.token_ids);
    *label++ = example.label;
  }
  return {MakeTokenBatch(sequences, pad_token_id, device), labels.to(device)};
}

std::vector<int32_t> LengthsOf(std::span<const Example> examples) {
  std::vector<int32_t> lengths;
  lengths.reserve(examples.size());
  for (const Example& example : examples) {
    lengths.push_back(static_cast<int32_t>(example.token_ids.size()));
  }
  return lengths;
}

}  // namespace tunesmith::worker
