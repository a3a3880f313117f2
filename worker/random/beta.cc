#include "worker/random/beta.h"

#include <cmath>
#include <cstdint>

namespace tunesmith::worker {
namespace {

// What Gamma(alpha) is made of where alpha may be below 1:
// Gamma(alpha + 1) * U^(1 / alpha). Logarithms, because the power may be too
// small for a number.
struct GammaDraw {
  double log_gamma;
  double log_uniform;
};

// G. Marsaglia and W. W. Tsang, "A simple method for generating gamma
// variables", 2000, doi:10.1145/358407.358414. Takes four counters for each
// attempt from `attempt` on, and moves it behind the last one.
GammaDraw DrawGamma(const CounterRandom& random, double alpha,
                    uint64_t& attempt) {
  const double d = alpha + 1 - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const uint64_t counter = 4 * attempt++;
    const double x = random.Normal(counter / 2);
    // 1 - Uniform lies in (0, 1], so that its logarithm is finite.
    const double log_u = std::log(1 - random.Uniform(counter + 2));
    const double v = 1 + c * x;
    if (v <= 0) continue;
    const double log_v = 3 * std::log(v);
    if (log_u < x * x / 2 + d * (1 - v * v * v + log_v)) {
      return {.log_gamma = std::log(d) + log_v,
              .log_uniform = std::log(1 - random.Uniform(counter + 3))};
    }
  }
}

}  // namespace

double DrawBeta(const CounterRandom& random, double alpha) {
  uint64_t attempt = 0;
  const GammaDraw a = DrawGamma(random, alpha, attempt);
  const GammaDraw b = DrawGamma(random, alpha, attempt);
  // a / (a + b). The difference of logarithms is finite or has a sign.
  const double log_ratio =
      (b.log_uniform - a.log_uniform) / alpha + (b.log_gamma - a.log_gamma);
  return 1 / (1 + std::exp(log_ratio));
}

}  // namespace tunesmith::worker
