#include "worker/models/token_batch.h"

#include <algorithm>

#include "ATen/ops/full.h"

namespace tunesmith::worker {

TokenBatch MakeTokenBatch(std::span<const std::span<const int32_t>> sequences,
                          int64_t pad_token_id, const Upload& upload) {
  TokenBatch batch;
  batch.offsets.push_back(0);
  int64_t longest = 0;
  for (std::span<const int32_t> sequence : sequences) {
    int64_t length = static_cast<int64_t>(sequence.size());
    batch.lengths.push_back(length);
    batch.offsets.push_back(batch.offsets.back() + length);
    longest = std::max(longest, length);
  }
  int64_t count = static_cast<int64_t>(sequences.size());
  const at::TensorOptions host = HostMemoryOf(upload.device()).dtype(at::kLong);
  at::Tensor ids = at::full({count, longest}, pad_token_id, host);
  at::Tensor lengths = at::full({count}, 0, host);
  std::copy(batch.lengths.begin(), batch.lengths.end(),
            lengths.mutable_data_ptr<int64_t>());
  int64_t* row = ids.mutable_data_ptr<int64_t>();
  for (std::span<const int32_t> sequence : sequences) {
    std::copy(sequence.begin(), sequence.end(), row);
    row += longest;
  }
  batch.token_ids_BL = upload(ids);
  batch.lengths_B = upload(lengths);
  return batch;
}

}  // namespace tunesmith::worker
