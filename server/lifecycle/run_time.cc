#include "server/lifecycle/run_time.h"

#include <algorithm>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "server/events/event_log.h"
#include "server/jobs/transitions.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

constexpr int kEventsPerRead = 1000;

// Adds up the stretches of a history in which its job ran, since it was retried
// last.
class RunTimeSum {
 public:
  void Add(const v1::JobEvent& event) {
    if (!event.has_state_changed()) return;
    absl::Time time = FromWireTime(event.time());
    bool running = HoldsDevice(event.state_changed().to());
    if (running && !since_) since_ = time;
    if (!running && since_) Close(time);
    if (IsTerminal(event.state_changed().from())) {
      sum_ = absl::ZeroDuration();
    }
  }

  absl::Duration At(absl::Time now) {
    if (since_) Close(now);
    return sum_;
  }

 private:
  // A clock that was set back takes no time away.
  void Close(absl::Time time) {
    sum_ += std::max(absl::ZeroDuration(), time - *since_);
    since_.reset();
  }

  std::optional<absl::Time> since_;
  absl::Duration sum_;
};

}  // namespace

absl::StatusOr<std::optional<absl::Duration>> RunTimeLeft(Connection& db,
                                                          const v1::Job& job,
                                                          absl::Time now) {
  if (!job.resolved_spec().has_max_run_time()) return std::nullopt;
  RunTimeSum spent;
  int64_t after = 0;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(
        std::vector<v1::JobEvent> events,
        EventLog::Read(db, {job.tenant(), job.uid()}, after, kEventsPerRead));
    if (events.empty()) break;
    for (const v1::JobEvent& event : events) spent.Add(event);
    after = events.back().sequence();
  }
  absl::Duration limit = FromWireDuration(job.resolved_spec().max_run_time());
  return std::max(absl::ZeroDuration(), limit - spent.At(now));
}

}  // namespace tunesmith::server
