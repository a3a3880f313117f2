#include "server/api/queue_view.h"

#include <algorithm>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "server/api/start_estimate.h"
#include "server/api/wait_reason.h"
#include "server/lifecycle/wire_time.h"
#include "server/work/work_order.h"

namespace tunesmith::server {
QueueView::QueueView(Connection& db, const ApiContext& api, absl::Time now)
    : db_(db), api_(api), now_(now), places_(db) {}

const SlotSurvey& QueueView::SurveyFor(const SlotNeeds& needs) {
  auto [survey, is_new] = surveys_.try_emplace(
      {needs.purpose, needs.device_kind, needs.device_memory_bytes});
  if (is_new) {
    if (!workers_.has_value()) workers_ = api_.workers->List();
    survey->second = SurveySlots(*workers_, needs);
  }
  return survey->second;
}

absl::StatusOr<const std::map<std::string, JobKey>*> QueueView::RunningJobs() {
  if (!running_.has_value()) {
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<RunningSubject> subjects,
                               WorkQueue::ListRunning(db_, v1::Slot::TRAINING));
    running_.emplace();
    for (RunningSubject& running : subjects) {
      running_->try_emplace(
          std::move(running.subject),
          JobKey{std::move(running.tenant), std::move(running.subject_uid)});
    }
  }
  return &*running_;
}

absl::StatusOr<std::optional<absl::Time>> QueueView::ExpectedStart(
    const v1::Job& job, int64_t position, const SlotSurvey& slots) {
  StartFacts facts;
  facts.position = position;
  facts.free_slots = slots.free;
  TUNESMITH_ASSIGN_OR_RETURN(facts.mean_run,
                             api_.recent_runs->Mean(db_, job.tenant()));
  TUNESMITH_ASSIGN_OR_RETURN(auto* running, RunningJobs());
  for (const std::string& name : slots.running) {
    std::optional<absl::Duration>& left = facts.left.emplace_back();
    auto key = running->find(name);
    if (key == running->end()) continue;
    std::optional<v1::Progress> progress = api_.hub->progress(key->second);
    if (progress.has_value() && progress->has_time_remaining()) {
      left = FromWireDuration(progress->time_remaining());
    }
  }
  std::optional<absl::Duration> wait = EstimateStart(facts);
  return wait.has_value() ? std::optional<absl::Time>(now_ + *wait)
                          : std::nullopt;
}

absl::StatusOr<std::optional<v1::Wait>> QueueView::WaitOf(const v1::Job& job) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::optional<QueueEntry> entry,
      WorkQueue::FindEntry(db_, job.tenant(), job.uid()));
  if (!entry.has_value()) return std::optional<v1::Wait>();
  QueuedFacts facts;
  facts.attempt = entry->attempt;
  facts.needs = entry->needs;
  facts.slots = SurveyFor(entry->needs);
  facts.max_running = api_.lifecycle.order.max_running_per_tenant;
  if (entry->state == WorkState::kDelayed) {
    facts.delay = std::max(absl::ZeroDuration(), entry->not_before - now_);
    return std::optional<v1::Wait>(QueuedWait(facts));
  }
  TUNESMITH_ASSIGN_OR_RETURN(
      facts.place, places_.Find(entry->list, entry->turn, entry->number));
  if (facts.max_running > 0) {
    TUNESMITH_ASSIGN_OR_RETURN(
        facts.running,
        WorkOrder::CountLeased(db_, job.tenant(), v1::Slot::TRAINING));
  }
  TUNESMITH_ASSIGN_OR_RETURN(
      facts.expected_start,
      ExpectedStart(job, facts.place.position, facts.slots));
  return std::optional<v1::Wait>(QueuedWait(facts));
}

}  // namespace tunesmith::server
