#ifndef TUNESMITH_SERVER_API_QUEUE_VIEW_H_
#define TUNESMITH_SERVER_API_QUEUE_VIEW_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/api/context.h"
#include "server/api/slot_survey.h"
#include "server/events/event_log.h"
#include "server/store/connection.h"
#include "server/work/work_places.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {

// Why queued jobs wait, from the queue's indexes and the workers. One for each
// read; what several jobs need is looked at once, and only when a job needs it.
// Not thread-safe.
class QueueView {
 public:
  // Not owned; outlive the view.
  QueueView(Connection& db, const ApiContext& api, absl::Time now);

  // Of a job in QUEUED; empty where it has no item, which no consistent
  // snapshot shows.
  absl::StatusOr<std::optional<v1::Wait>> WaitOf(const v1::Job& job);

 private:
  using NeedsKey = std::tuple<int, int, int64_t>;

  const SlotSurvey& SurveyFor(const SlotNeeds& needs);
  // What runs, by the name of the job.
  absl::StatusOr<const std::map<std::string, JobKey>*> RunningJobs();
  absl::StatusOr<std::optional<absl::Time>> ExpectedStart(
      const v1::Job& job, int64_t position, const SlotSurvey& slots);

  Connection& db_;
  const ApiContext& api_;
  const absl::Time now_;
  WorkPlaces places_;
  std::optional<std::vector<v1::Worker>> workers_;
  std::map<NeedsKey, SlotSurvey> surveys_;
  std::optional<std::map<std::string, JobKey>> running_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_QUEUE_VIEW_H_
