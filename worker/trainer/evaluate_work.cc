#include "worker/trainer/evaluate_work.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/classification_data.h"
#include "worker/data/sample_kind.h"
#include "worker/trainer/run_end.h"
#include "worker/trainer/run_execution.h"
#include "worker/trainer/run_findings.h"
#include "worker/trainer/run_samples.h"
#include "worker/trainer/wire_facts.h"
#include "worker/trainer/wire_spec.h"
#include "worker/training/predictor.h"

namespace tunesmith::worker {
namespace {

using internal::v1::Outcome;
using internal::v1::TrainWork;
using tunesmith::v1::Progress;

void ReportPhase(const WorkContext& context, Progress::Phase phase) {
  Progress progress;
  progress.set_phase(phase);
  context.on_progress(progress);
}

// Reads the test data and tells what is odd about them.
absl::StatusOr<std::vector<Example>> ReadTest(
    const ClassificationRequest& request, SampleKind& samples,
    const WorkContext& context, const std::function<bool()>& should_stop) {
  DataNotes notes;
  absl::StatusOr<std::vector<Example>> examples =
      PrepareEvaluation(request, samples, notes, should_stop);
  context.reporter.Findings(notes.findings);
  for (const DataTotals& totals : notes.totals) {
    context.reporter.DataSummary(totals);
  }
  if (examples.ok()) {
    context.reporter.Findings(FindingsOfTest(request.labels, *examples));
  }
  return examples;
}

void Report(const EvaluationFigures& figures,
            const std::vector<std::string>& labels,
            const WorkContext& context) {
  for (const auto& [name, value] : NamedFigures(figures)) {
    tunesmith::v1::Metric metric;
    metric.set_name(std::string(name));
    metric.set_value(value);
    metric.set_split(ToWire(figures.split));
    context.reporter.Metric(std::move(metric));
  }
  context.reporter.Evaluation(ToWire(figures, labels));
}

absl::Status Measure(const TrainWork& work, const WorkContext& context,
                     const RunEnd& end) {
  auto should_stop = [&end] { return end.ShouldStop(); };
  ReportPhase(context, Progress::LOADING);
  TUNESMITH_ASSIGN_OR_RETURN(ClassificationRequest request,
                             ToClassificationRequest(work));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string artifact,
      VerifiedArtifact(context.assignment, work.base_model().artifact()));
  const std::string directory = artifact + "/model";
  if (!request.test.has_value()) {
    return absl::InternalError("the work item leaves the test data open");
  }
  TUNESMITH_ASSIGN_OR_RETURN(request.test->path,
                             VerifiedDataset(context.assignment, work.test()));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<Predictor> predictor,
      Predictor::Load(directory, context.device, context.threads));
  request.labels = predictor->description().head_labels;
  TrainingOptions exact;
  exact.device = context.device;
  exact.threads = context.threads;
  context.reporter.Execution(ExecutionOf(context, exact));

  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<SampleKind> samples,
      MakeSampleKind({.spec = work.spec(),
                      .directory = directory,
                      .model = predictor->description(),
                      .threads = context.threads,
                      .unreadable_images = request.policy.unreadable_images},
                     should_stop));
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<Example> examples,
                             ReadTest(request, *samples, context, should_stop));
  ReportPhase(context, Progress::EVALUATING);
  TUNESMITH_ASSIGN_OR_RETURN(EvaluationFigures figures,
                             predictor->Evaluate(examples, should_stop));
  Report(figures, request.labels, context);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Outcome> DoEvaluateWork(const TrainWork& work,
                                       const WorkContext& context) {
  const RunEnd end(work, context);
  const absl::Status status = Measure(work, context, end);
  Outcome outcome;
  if (end.IsSuspended(status)) {
    outcome.mutable_suspended();
    return outcome;
  }
  TUNESMITH_RETURN_IF_ERROR(end.CauseOf(status));
  outcome.mutable_evaluate();
  return outcome;
}

}  // namespace tunesmith::worker
