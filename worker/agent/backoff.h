#ifndef TUNESMITH_WORKER_AGENT_BACKOFF_H_
#define TUNESMITH_WORKER_AGENT_BACKOFF_H_

#include <cstdint>
#include <random>

#include "absl/time/time.h"

namespace tunesmith::worker {

// Growing pauses between tries: each is twice the one before up to a cap, and
// a random half of it is taken off, so that many workers do not return at
// once. Not thread-safe.
class Backoff {
 public:
  Backoff(absl::Duration first, absl::Duration cap, uint32_t seed);

  absl::Duration Next();

  // It worked: the next pause is the first again.
  void Reset();

 private:
  const absl::Duration first_;
  const absl::Duration cap_;
  absl::Duration next_;
  std::minstd_rand random_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_BACKOFF_H_
