#include "worker/random/counter_random.h"

#include <cmath>
#include <numbers>

namespace tunesmith::worker {

double CounterRandom::Normal(uint64_t counter) const {
  // 1 - Uniform lies in (0, 1], so that its logarithm is finite.
  double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform(2 * counter)));
  return radius * std::cos(2.0 * std::numbers::pi * Uniform(2 * counter + 1));
}

}  // namespace tunesmith::worker
