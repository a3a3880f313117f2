#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "proto/contract/metric_name.h"
#include "worker/report/evaluation_figures.h"
#include "worker/report/html_table.h"
#include "worker/report/sections.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;

constexpr size_t kMaxNameBytes = 300;

// "text classification".
std::string TaskName(const v1::Task& task) {
  const auto* kind = task.GetDescriptor()->FindFieldByNumber(task.kind_case());
  if (kind == nullptr) return "no task";
  return absl::StrReplaceAll(kind->name(), {{"_", " "}});
}

// "0.3125 -> 0.9500 on test data"; empty where nothing was measured.
std::string ChangeOn(v1::Split split, const FinishedRun& run) {
  auto metric = run.item.train().spec().evaluation().primary_metric();
  const v1::Evaluation* after =
      FindEvaluation(run.evaluations, v1::Evaluation::FINAL, split);
  if (after == nullptr) return "";
  const v1::Evaluation* before =
      FindEvaluation(run.evaluations, v1::Evaluation::BASELINE, split);
  return absl::StrCat(
      before == nullptr
          ? ""
          : absl::StrCat(FigureText(MetricOf(*before, metric)), " → "),
      FigureText(MetricOf(*after, metric)), " on ", SplitName(split), " data");
}

std::string OutcomeLine(const FinishedRun& run) {
  std::vector<std::string> changes;
  for (v1::Split split : {v1::VALIDATION, v1::TEST}) {
    if (std::string change = ChangeOn(split, run); !change.empty()) {
      changes.push_back(std::move(change));
    }
  }
  if (!changes.empty()) {
    return absl::StrCat(
        MetricName(run.item.train().spec().evaluation().primary_metric()), " ",
        absl::StrJoin(changes, ", "));
  }
  const std::vector<TrainingPoint>& curve = run.result.curve;
  if (curve.empty()) return "nothing was measured";
  return absl::StrFormat("training loss %s → %s; no data to evaluate on",
                         FigureText(curve.front().loss),
                         FigureText(curve.back().loss));
}

// Why the run has fewer steps than were planned; empty where it has not.
std::string EarlyStopText(const FinishedRun& run) {
  if (!run.result.early_stop.has_value()) return "";
  return absl::StrFormat(
      ", ended early because %s did not get better than %s, that of step %d",
      MetricName(run.item.train().spec().evaluation().primary_metric()),
      FigureText(run.result.early_stop->best_value),
      run.result.early_stop->best_step);
}

std::string LengthLine(const FinishedRun& run) {
  const TrainingResult& result = run.result;
  return absl::StrFormat(
      "%d steps, %.4g epochs%s; the result has the weights after step %d.",
      result.steps, result.epochs, EarlyStopText(run), result.best_step);
}

}  // namespace

void WriteOutcome(const FinishedRun& run, HtmlWriter& html) {
  const internal::v1::TrainWork& work = run.item.train();
  HtmlElement header(html, "header");
  html.Add("h1", CutText(work.job(), kMaxNameBytes));
  html.Add("p",
           absl::StrCat(CutText(work.base_model().name(), kMaxNameBytes),
                        ", fine-tuned for ", TaskName(work.spec().task())),
           {{"class", "subtitle"}});
  html.Add("p", OutcomeLine(run), {{"class", "outcome"}});
  html.Add("p", LengthLine(run), {{"class", "remark"}});
}

}  // namespace tunesmith::worker
