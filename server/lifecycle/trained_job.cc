#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/jobs/microbatch.h"
#include "server/lifecycle/checkpoint_commands.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/lifecycle/comparison.h"
#include "server/lifecycle/job_change.h"
#include "server/lifecycle/job_table.h"
#include "server/lifecycle/lease_effects.h"
#include "server/lifecycle/model_facts.h"
#include "server/lifecycle/queue_training.h"
#include "server/lifecycle/run_time.h"
#include "server/lifecycle/wire_time.h"
#include "server/lifecycle/work_subject.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxLogBytes = 4096;
constexpr int kMaxDatasets = 3;

absl::Status ResultError(const std::string& message) {
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                   message);
}

// A job that a worker trains.
class TrainedJob : public WorkSubject {
 public:
  TrainedJob(Transaction& tx, const LifecycleContext& context,
             const WorkRow& row, v1::Job job)
      : tx_(tx),
        context_(context),
        row_(row),
        change_(tx, context, std::move(job)) {}

  absl::Status Start() override;
  absl::Status Record(const internal::v1::WorkEvent& event) override;
  bool cancelled() const override {
    return change_.job().state() == v1::Job::CANCELLING;
  }
  absl::Status CheckResult(const internal::v1::Outcome& outcome) const override;
  absl::Status Succeed(const internal::v1::Outcome& outcome) override;
  absl::Status CheckRetry() override;
  absl::StatusOr<bool> Adapt(const absl::Status& cause) override;
  absl::Status Retry(const absl::Status& cause) override;
  absl::Status Relocate(const absl::Status& cause) override;
  absl::Status Suspend() override;
  absl::Status Preempt(const std::string& by) override;
  bool held() const override {
    return change_.job().state() == v1::Job::PAUSED;
  }
  absl::Status Fail(const absl::Status& cause) override;
  absl::Status Stop() override;
  absl::Status Save() override { return change_.Save(); }

 private:
  // Whether it makes no model.
  bool measures() const {
    return change_.job().resolved_spec().purpose() == v1::JobSpec::EVALUATE;
  }
  absl::Status CheckMeasured(const internal::v1::Outcome& outcome) const;
  // Of a job that repeats a stretch of another one.
  absl::Status CheckStretch(const internal::v1::Outcome& outcome) const;
  absl::Status SucceedStretch();
  absl::Status SetExecution(v1::Execution execution, v1::JobEvent event);
  // Lets the next attempt use half the memory; false when there is no less.
  absl::StatusOr<bool> HalveMicrobatch();
  // Lets the next attempt go on from the newest checkpoint with half the
  // learning rate; false when that was done before.
  absl::StatusOr<bool> RollBack();
  // The newest checkpoint's; 0 without one.
  absl::StatusOr<int64_t> SavedStep();
  void KeepEvaluation(const v1::Evaluation& evaluation);
  void KeepDataSummary(const v1::DataSummary& summary);
  void KeepEnergy(const internal::v1::TrainResult& result);
  // What this attempt wrote and did not report is of no use.
  void ReleaseOutput() {
    if (measures()) return;
    const internal::v1::TrainWork& work = row_.item.train();
    NotifyArtifactReleased(tx_, context_, work.output_key());
    NotifyArtifactGroupClosed(tx_, context_, work.checkpoint_group());
  }

  Transaction& tx_;
  const LifecycleContext& context_;
  const WorkRow& row_;
  JobChange change_;
};

absl::Status TrainedJob::Start() {
  internal::v1::WorkItem item = row_.item;
  internal::v1::TrainWork& work = *item.mutable_train();
  TUNESMITH_RETURN_IF_ERROR(DescribeTraining(tx_.db(), change_.job(), work));
  v1::Job& job = change_.mutable_job();
  job.set_attempt(row_.attempt);
  // An earlier attempt's: this one reads the rows again.
  job.clear_data();
  if (!job.has_start_time()) {
    *job.mutable_start_time() = ToWireTime(tx_.now());
    absl::Duration wait = std::max(absl::ZeroDuration(),
                                   tx_.now() - FromWireTime(job.create_time()));
    tx_.OnCommit(
        [observer = context_.observer, wait] { observer->OnJobStarted(wait); });
  }
  if (!measures()) {
    work.set_output_key(
        OutputKey(ReservedModelUid(work.output_key()), row_.fence));
    TUNESMITH_RETURN_IF_ERROR(GiveCheckpoints(tx_.db(), job, row_.fence, work));
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<absl::Duration> left,
                             RunTimeLeft(tx_.db(), job, tx_.now()));
  if (left.has_value()) {
    // Zero would mean: no limit.
    work.set_run_time_left_seconds(std::max<int64_t>(
        1, absl::ToInt64Seconds(absl::Ceil(*left, absl::Seconds(1)))));
  }
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::SetPayload(tx_, row_.uid, item));
  return change_.Move(
      JobAction::kLease, absl::OkStatus(),
      absl::StrCat("attempt ", row_.attempt, " on ",
                   ResourceName(ResourceKind::kWorker, row_.worker_id)));
}

absl::Status TrainedJob::Record(const internal::v1::WorkEvent& event) {
  v1::JobEvent added;
  if (event.has_time() && IsWireTimeValid(event.time())) {
    *added.mutable_time() = event.time();
  }
  switch (event.kind_case()) {
    case internal::v1::WorkEvent::kMetric:
      *added.mutable_metric() = event.metric();
      TUNESMITH_RETURN_IF_ERROR(
          CompareMetric(tx_.db(), event.metric(), change_.mutable_job()));
      break;
    case internal::v1::WorkEvent::kLog:
      *added.mutable_log() = event.log();
      added.mutable_log()->set_message(
          std::string(CutAtCharacter(event.log().message(), kMaxLogBytes)));
      break;
    case internal::v1::WorkEvent::kFinding:
      *added.mutable_finding() = event.finding();
      break;
    case internal::v1::WorkEvent::kEvaluation:
      *added.mutable_evaluation() = event.evaluation();
      KeepEvaluation(event.evaluation());
      break;
    case internal::v1::WorkEvent::kExecution:
      return SetExecution(event.execution(), std::move(added));
    case internal::v1::WorkEvent::kCheckpoint: {
      TUNESMITH_ASSIGN_OR_RETURN(
          *added.mutable_checkpoint(),
          RecordCheckpoint(tx_, context_, row_, event.checkpoint(),
                           change_.mutable_job()));
      break;
    }
    case internal::v1::WorkEvent::kDataSummary:
      *added.mutable_data_summary() = event.data_summary();
      KeepDataSummary(event.data_summary());
      break;
    case internal::v1::WorkEvent::kOutcome:
    case internal::v1::WorkEvent::KIND_NOT_SET:
      return absl::OkStatus();
  }
  return change_.Append(std::move(added));
}

absl::Status TrainedJob::SetExecution(v1::Execution execution,
                                      v1::JobEvent event) {
  execution.set_worker(ResourceName(ResourceKind::kWorker, row_.worker_id));
  *change_.mutable_job().mutable_execution() = execution;
  *event.mutable_execution_set() = execution;
  // The row may have another payload than the one this began with.
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<WorkRow> row,
                             WorkQueue::Find(tx_.db(), row_.uid));
  if (row.has_value()) {
    *row->item.mutable_train()->mutable_execution() = std::move(execution);
    TUNESMITH_RETURN_IF_ERROR(WorkQueue::SetPayload(tx_, row_.uid, row->item));
  }
  return change_.Append(std::move(event));
}

void TrainedJob::KeepEvaluation(const v1::Evaluation& evaluation) {
  auto& kept = *change_.mutable_job().mutable_evaluations();
  for (v1::Evaluation& earlier : kept) {
    if (earlier.phase() == evaluation.phase() &&
        earlier.split() == evaluation.split()) {
      earlier = evaluation;
      return;
    }
  }
  *kept.Add() = evaluation;
}

void TrainedJob::KeepDataSummary(const v1::DataSummary& summary) {
  auto& kept = *change_.mutable_job().mutable_data();
  for (v1::DataSummary& earlier : kept) {
    if (earlier.dataset() == summary.dataset()) {
      earlier = summary;
      return;
    }
  }
  // A job has three datasets at most.
  if (kept.size() < kMaxDatasets) *kept.Add() = summary;
}

absl::Status TrainedJob::CheckResult(
    const internal::v1::Outcome& outcome) const {
  if (measures()) return CheckMeasured(outcome);
  if (row_.item.train().last_step() > 0) return CheckStretch(outcome);
  if (!outcome.train().has_artifact() || !outcome.train().has_model()) {
    return ResultError("the worker ended a training without its result");
  }
  const internal::v1::Artifact& artifact = outcome.train().artifact();
  if (artifact.key() != row_.item.train().output_key()) {
    return ResultError("the result is not where it should be, key: " +
                       artifact.key());
  }
  if (artifact.manifest_sha256().empty()) {
    return ResultError("the result has no manifest, key: " + artifact.key());
  }
  return absl::OkStatus();
}

absl::Status TrainedJob::CheckMeasured(
    const internal::v1::Outcome& outcome) const {
  const auto& evaluations = change_.job().evaluations();
  const bool measured =
      std::any_of(evaluations.begin(), evaluations.end(),
                  [](const v1::Evaluation& evaluation) {
                    return evaluation.phase() == v1::Evaluation::FINAL &&
                           evaluation.split() == v1::TEST;
                  });
  if (outcome.has_evaluate() && measured) return absl::OkStatus();
  return ResultError("the worker ended an evaluation without its figures");
}

absl::Status TrainedJob::CheckStretch(
    const internal::v1::Outcome& outcome) const {
  std::string end =
      CheckpointNameOf(change_.job().name(), row_.item.train().last_step());
  if (outcome.has_stretch() && change_.job().latest_checkpoint() == end) {
    return absl::OkStatus();
  }
  return ResultError("the worker ended a repetition without " + end);
}

absl::Status TrainedJob::SucceedStretch() {
  v1::Job& job = change_.mutable_job();
  TUNESMITH_ASSIGN_OR_RETURN(
      CheckpointRow end,
      CheckpointTable::Get(tx_.db(), job, row_.item.train().last_step()));
  Conclude(end.checkpoint.digest(), job);
  // They were of use for the digest alone.
  TUNESMITH_RETURN_IF_ERROR(ReleaseCheckpoints(tx_, context_, job));
  job.clear_latest_checkpoint();
  job.clear_best_checkpoint();
  ReleaseOutput();
  return change_.Move(JobAction::kSucceed, absl::OkStatus(),
                      job.comparison().verdict() == v1::Comparison::EQUAL
                          ? "repeated to the bit"
                          : job.comparison().difference());
}

void TrainedJob::KeepEnergy(const internal::v1::TrainResult& result) {
  if (!result.has_energy_joules()) return;
  // A meter that tells nonsense has told nothing.
  double joules = result.energy_joules();
  if (!std::isfinite(joules) || joules < 0) return;
  change_.mutable_job().set_energy_joules(joules);
}

absl::Status TrainedJob::Succeed(const internal::v1::Outcome& outcome) {
  if (outcome.has_stretch()) return SucceedStretch();
  if (measures()) {
    const v1::JobSpec& spec = change_.job().spec();
    return change_.Move(JobAction::kSucceed, absl::OkStatus(),
                        absl::StrCat("measured ", spec.base_model(), " on ",
                                     spec.data().test()));
  }
  Conclude(outcome.train().weights_digest(), change_.mutable_job());
  KeepEnergy(outcome.train());
  TUNESMITH_RETURN_IF_ERROR(
      InsertOutputModel(tx_, ReservedModelUid(row_.item.train().output_key()),
                        outcome.train(), change_.mutable_job()));
  std::string message = "made " + change_.job().output_model();
  if (outcome.train().has_early_stop()) {
    *change_.mutable_job().mutable_early_stop() = outcome.train().early_stop();
    absl::StrAppend(&message, "; stopped early after step ",
                    outcome.train().early_stop().step(), ", best after step ",
                    outcome.train().early_stop().best_step());
  }
  return change_.Move(JobAction::kSucceed, absl::OkStatus(), message);
}

absl::Status TrainedJob::CheckRetry() {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<absl::Duration> left,
                             RunTimeLeft(tx_.db(), change_.job(), tx_.now()));
  if (!left.has_value() || *left > absl::ZeroDuration()) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   v1::ERROR_REASON_RUN_TIME_EXCEEDED,
                   "the job ran longer than max_run_time");
}

absl::StatusOr<bool> TrainedJob::Adapt(const absl::Status& cause) {
  switch (ErrorReasonOf(cause)) {
    case v1::ERROR_REASON_OUT_OF_MEMORY:
      return HalveMicrobatch();
    case v1::ERROR_REASON_NUMERICAL_FAILURE:
      // Of what training did; a base model that gives no numbers before it
      // (INVALID_ARGUMENT) will not give any with another learning rate.
      if (!absl::IsAborted(cause)) return false;
      return RollBack();
    default:
      return false;
  }
}

absl::StatusOr<int64_t> TrainedJob::SavedStep() {
  const v1::Job& job = change_.job();
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<CheckpointRow> checkpoints,
      CheckpointTable::List(tx_.db(), {job.tenant(), job.uid()}));
  return checkpoints.empty() ? 0 : checkpoints[0].checkpoint.step();
}

absl::StatusOr<bool> TrainedJob::RollBack() {
  constexpr double kFactor = 0.5;
  v1::Execution execution = change_.job().execution();
  if (execution.has_learning_rate_cut()) return false;
  TUNESMITH_ASSIGN_OR_RETURN(int64_t step, SavedStep());
  execution.mutable_learning_rate_cut()->set_from_step(step);
  execution.mutable_learning_rate_cut()->set_factor(kFactor);
  TUNESMITH_RETURN_IF_ERROR(SetExecution(std::move(execution), v1::JobEvent()));
  TUNESMITH_RETURN_IF_ERROR(EventLog::ForgetMetricsAfter(
      tx_, {change_.job().tenant(), change_.job().uid()}, step));
  v1::JobEvent event;
  v1::Finding& finding = *event.mutable_finding();
  finding.set_code(v1::Finding::ROLLED_BACK);
  finding.set_severity(v1::Finding::WARNING);
  finding.set_count(1);
  finding.set_message(
      absl::StrCat("too many steps were not finite: back to step ", step,
                   ", and on with half the learning rate"));
  finding.set_suggestion(
      "set a lower learning_rate, or look at the rows of the skipped steps");
  TUNESMITH_RETURN_IF_ERROR(change_.Append(std::move(event)));
  return true;
}

absl::StatusOr<bool> TrainedJob::HalveMicrobatch() {
  // The trainer splits a step by itself; this is for one that was killed.
  const v1::Job& job = change_.job();
  if (job.execution().microbatch() <= 1) return false;
  // What follows the newest step that is told of can be done in another way
  // without contradicting anything.
  JobKey key = {job.tenant(), job.uid()};
  TUNESMITH_ASSIGN_OR_RETURN(EventLog::LastMetric last,
                             EventLog::FindLastMetric(tx_.db(), key));
  TUNESMITH_ASSIGN_OR_RETURN(int64_t saved, SavedStep());
  if (saved > last.step) last = {.step = saved};
  TUNESMITH_RETURN_IF_ERROR(
      SetExecution(SplitMicrobatch(job.execution(), last.step, !last.evaluated),
                   v1::JobEvent()));
  return true;
}

absl::Status TrainedJob::Retry(const absl::Status& cause) {
  ReleaseOutput();
  return change_.Move(
      JobAction::kRetry, cause,
      absl::StrCat("attempt ", row_.attempt, " of ", row_.max_attempts,
                   " failed; another one follows"));
}

absl::Status TrainedJob::Relocate(const absl::Status& cause) {
  ReleaseOutput();
  return change_.Move(
      JobAction::kRetry, cause,
      absl::StrCat(ResourceName(ResourceKind::kWorker, row_.worker_id),
                   " could not run it; it goes on elsewhere"));
}

absl::Status TrainedJob::Suspend() {
  ReleaseOutput();
  const std::string& checkpoint = change_.job().latest_checkpoint();
  return change_.Move(JobAction::kSuspended, absl::OkStatus(),
                      checkpoint.empty() ? "stopped before its first step"
                                         : "stopped at " + checkpoint);
}

absl::Status TrainedJob::Preempt(const std::string& by) {
  v1::Job& job = change_.mutable_job();
  job.set_preemption_count(job.preemption_count() + 1);
  v1::JobEvent event;
  event.mutable_log()->set_severity(v1::LogLine::INFO);
  event.mutable_log()->set_message(
      absl::StrCat("gives its slot to ", by, " at the next checkpoint"));
  return change_.Append(std::move(event));
}

absl::Status TrainedJob::Fail(const absl::Status& cause) {
  ReleaseOutput();
  return change_.Move(
      JobAction::kFail, cause,
      absl::StrCat("attempt ", row_.attempt, " of ", row_.max_attempts,
                   " failed; no other one follows"));
}

absl::Status TrainedJob::Stop() {
  ReleaseOutput();
  return change_.Move(JobAction::kStopped, absl::OkStatus(), "stopped");
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkSubject>> LoadTrainedJob(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::optional<JobRow> found,
      JobTable::FindByUid(tx.db(), {row.tenant, row.subject_uid}));
  if (!found.has_value()) {
    return absl::InternalError("no job of a work item: " + row.subject);
  }
  return std::make_unique<TrainedJob>(tx, context, row, std::move(found->job));
}

}  // namespace tunesmith::server
