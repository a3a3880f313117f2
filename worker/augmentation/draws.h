#ifndef TUNESMITH_WORKER_AUGMENTATION_DRAWS_H_
#define TUNESMITH_WORKER_AUGMENTATION_DRAWS_H_

#include <cmath>
#include <cstdint>

#include "worker/random/counter_random.h"

namespace tunesmith::worker {

// Which picture is drawn for.
struct AugmentationKey {
  int64_t seed = 0;
  uint64_t epoch = 0;
  // Whatever tells the picture from the others of its dataset.
  uint64_t sample = 0;
};

// The draws of one operation on one picture, in order. How many another
// operation has taken changes nothing.
class Draws {
 public:
  // `operation`: its place in the plan.
  Draws(const AugmentationKey& key, uint64_t operation)
      : random_(key.seed, RandomPurpose::kAugmentation, key.epoch, key.sample),
        next_(operation << kDrawBits) {}

  // From `low` to `high`.
  double Uniform(double low, double high) {
    return low + (high - low) * random_.Uniform(next_++);
  }

  // The logarithm is uniform.
  double LogUniform(double low, double high) {
    return std::exp(Uniform(std::log(low), std::log(high)));
  }

  // From 0 to bound - 1.
  int Below(int bound) {
    return static_cast<int>(
        random_.Below(next_++, static_cast<uint64_t>(bound)));
  }

  // Never for 0, always for 1.
  bool Chance(double probability) {
    return random_.Uniform(next_++) < probability;
  }

 private:
  // An operation draws less often than 2^32 times.
  static constexpr int kDrawBits = 32;

  CounterRandom random_;
  uint64_t next_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_DRAWS_H_
