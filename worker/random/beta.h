#ifndef TUNESMITH_WORKER_RANDOM_BETA_H_
#define TUNESMITH_WORKER_RANDOM_BETA_H_

#include "worker/random/counter_random.h"

namespace tunesmith::worker {

// A draw from Beta(alpha, alpha), 0 to 1; `alpha` is above 0. Uses counters
// from 0 on, which none other may use.
double DrawBeta(const CounterRandom& random, double alpha);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_RANDOM_BETA_H_
