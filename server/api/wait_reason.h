#ifndef TUNESMITH_SERVER_API_WAIT_REASON_H_
#define TUNESMITH_SERVER_API_WAIT_REASON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/api/slot_survey.h"
#include "server/work/slot_needs.h"
#include "server/work/work_places.h"
#include "tunesmith/v1/job.pb.h"

// Why a job is not running, from what is known. Pure.

namespace tunesmith::server {

// What is known of a job in QUEUED and of who could take it.
struct QueuedFacts {
  // Among the tenant's jobs that wait for the same slots.
  WorkPlace place;
  // Ended attempts.
  int attempt = 0;
  // How long it still has to wait before the next one; unset where it does not.
  std::optional<absl::Duration> delay;
  SlotNeeds needs;
  // Of the slots that fit.
  SlotSurvey slots;
  // How many of the tenant's jobs run, where so many may; 0: any number.
  int64_t running = 0;
  int64_t max_running = 0;
  // Unset where it is not known.
  std::optional<absl::Time> expected_start;
};

v1::Wait QueuedWait(const QueuedFacts& facts);

// A job in VALIDATING. `inputs`: the models and datasets that are not READY.
// `could_look`: whether a connected worker could look at them.
v1::Wait ValidatingWait(const std::vector<std::string>& inputs,
                        bool could_look);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_WAIT_REASON_H_
