#ifndef TUNESMITH_SERVER_API_START_ESTIMATE_H_
#define TUNESMITH_SERVER_API_START_ESTIMATE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"

// When a waiting job will probably start. Pure.

namespace tunesmith::server {

struct StartFacts {
  // Place among those that wait for the same slots, 1 is next.
  int64_t position = 1;
  int free_slots = 0;
  // For each slot in use, what is left of the job there; empty where it did not
  // say.
  std::vector<std::optional<absl::Duration>> left;
  // How long jobs ran lately; empty where none ended yet.
  std::optional<absl::Duration> mean_run;
};

// How long until it starts, each slot taking the next one whenever it becomes
// free and each job running as long as jobs did lately. Empty where too little
// is known, or there is no slot.
std::optional<absl::Duration> EstimateStart(const StartFacts& facts);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_START_ESTIMATE_H_
