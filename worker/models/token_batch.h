#ifndef TUNESMITH_WORKER_MODELS_TOKEN_BATCH_H_
#define TUNESMITH_WORKER_MODELS_TOKEN_BATCH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "ATen/core/Tensor.h"
#include "worker/kernels/transfer.h"

namespace tunesmith::worker {

// Token sequences that go through a network together, padded to the longest
// one. Networks learn of padding from `lengths` and `offsets` alone, so that a
// packed layout can take its place.
struct TokenBatch {
  // [B, L] of int64; padding holds `pad_token_id`.
  at::Tensor token_ids_BL;
  // [B] of int64, on the device and on the host.
  at::Tensor lengths_B;
  std::vector<int64_t> lengths;
  // Where each sequence begins when all follow each other without padding;
  // one more entry for the end.
  std::vector<int64_t> offsets;

  int64_t sequence_count() const { return token_ids_BL.size(0); }
  int64_t max_length() const { return token_ids_BL.size(1); }
  int64_t token_count() const { return offsets.back(); }
  // Whether any sequence is shorter than the longest.
  bool padded() const {
    return token_count() != sequence_count() * max_length();
  }
};

// `sequences` and each of them are not empty.
TokenBatch MakeTokenBatch(std::span<const std::span<const int32_t>> sequences,
                          int64_t pad_token_id, const Upload& upload);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_TOKEN_BATCH_H_
