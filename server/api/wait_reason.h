#ifndef TUNESMITH_SERVER_API_WAIT_REASON_H_
#define TUNESMITH_SERVER_API_WAIT_REASON_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/work/slot_needs.h"
#include "tunesmith/v1/job.pb.h"
#include "tunesmith/v1/worker.pb.h"

// Why a job is not running, from what is known. Pure.

namespace tunesmith::server {

// What is known of a job in QUEUED and of who could take it.
struct QueuedFacts {
  // Place among the jobs that wait, 1 is next.
  int position = 1;
  // Ended attempts.
  int attempt = 0;
  // Not leased before.
  absl::Time not_before = absl::InfinitePast();
  absl::Time now;
  SlotNeeds needs;
  // All that are known.
  std::vector<v1::Worker> workers;
};

v1::Wait QueuedWait(const QueuedFacts& facts);

// A job in VALIDATING. `inputs`: the models and datasets that are not READY.
// `could_look`: whether a connected worker could look at them.
v1::Wait ValidatingWait(const std::vector<std::string>& inputs,
                        bool could_look);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_WAIT_REASON_H_
