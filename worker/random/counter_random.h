#ifndef TUNESMITH_WORKER_RANDOM_COUNTER_RANDOM_H_
#define TUNESMITH_WORKER_RANDOM_COUNTER_RANDOM_H_

#include <cstdint>
#include <span>
#include <utility>

// Random numbers without a state: every draw is a pure function of (seed,
// purpose, two positions, counter), so no draw depends on who drew before.

namespace tunesmith::worker {

// What a stream of draws is for. The values are part of what a seed means:
// never renumber.
enum class RandomPurpose : uint64_t {
  kSplit = 1,
  kShuffle = 2,
  kDropout = 3,
  kInitialization = 4,
  kAugmentation = 5,
  kBatchMix = 6,
};

// SplitMix64's finalizer (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195,
// with Stafford's Mix13 constants).
constexpr uint64_t Mix64(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// One stream of draws: draw `i` is SplitMix64's i-th output from the key.
class CounterRandom {
 public:
  // `a` and `b` say where the stream is used, for example epoch and site.
  constexpr CounterRandom(int64_t seed, RandomPurpose purpose, uint64_t a = 0,
                          uint64_t b = 0)
      : key_(Mix64(Mix64(Mix64(Mix64(static_cast<uint64_t>(seed) + kGamma) +
                               static_cast<uint64_t>(purpose)) +
                         a + kGamma) +
                   b + kGamma)) {}

  constexpr uint64_t key() const { return key_; }

  // 64 uniform bits.
  constexpr uint64_t Bits(uint64_t counter) const {
    return Mix64(key_ + (counter + 1) * kGamma);
  }

  // Uniform in [0, 1), a multiple of 2^-53.
  constexpr double Uniform(uint64_t counter) const {
    return static_cast<double>(Bits(counter) >> 11) * 0x1p-53;
  }

  // Uniform in [0, bound); `bound` is at least 1. The bias is below
  // bound / 2^64.
  constexpr uint64_t Below(uint64_t counter, uint64_t bound) const {
    return static_cast<uint64_t>(
        (static_cast<unsigned __int128>(Bits(counter)) * bound) >> 64);
  }

  // Normal with mean 0 and deviation 1, by Box and Muller; uses the counters
  // 2 * counter and 2 * counter + 1.
  double Normal(uint64_t counter) const;

  // Fisher-Yates over `items`, which uses the counters 0 to size - 1.
  template <typename T>
  void Shuffle(std::span<T> items) const {
    for (size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[Below(i - 1, i)]);
    }
  }

 private:
  static constexpr uint64_t kGamma = 0x9e3779b97f4a7c15;

  uint64_t key_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_RANDOM_COUNTER_RANDOM_H_
