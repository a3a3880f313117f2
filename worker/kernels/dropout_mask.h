#ifndef TUNESMITH_WORKER_KERNELS_DROPOUT_MASK_H_
#define TUNESMITH_WORKER_KERNELS_DROPOUT_MASK_H_

#include <cstdint>

#include "worker/random/counter_random.h"

namespace tunesmith::worker {

// Names one use of dropout in one step. Which elements stay is a pure function
// of the key and the element's index, so nothing else is kept for the backward
// pass and neither threads nor devices change the mask.
struct DropoutKey {
  uint32_t a = 0;
  uint32_t b = 0;
};

// `site`: which dropout of the network.
constexpr DropoutKey MakeDropoutKey(int64_t seed, int64_t step, int64_t site) {
  uint64_t key =
      CounterRandom(seed, RandomPurpose::kDropout, static_cast<uint64_t>(step),
                    static_cast<uint64_t>(site))
          .key();
  return {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
}

// The key of the `block`-th run of 2^32 elements.
constexpr DropoutKey DropoutBlockKey(DropoutKey key, uint32_t block) {
  return {key.a, key.b + block * 0x9e3779b9u};
}

// 32 uniform bits for element `index` of a block: a multiplicative hash with
// the constants of Chris Wellons' lowbias32, keyed at both ends.
__attribute__((always_inline)) constexpr uint32_t DropoutBits(DropoutKey key,
                                                              uint32_t index) {
  uint32_t x = index * 0x9e3779b9u + key.a;
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) + key.b;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

// An element stays when its bits are at least this.
constexpr uint32_t DropoutThreshold(double probability) {
  return static_cast<uint32_t>(probability * 0x1p32);
}

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_KERNELS_DROPOUT_MASK_H_
