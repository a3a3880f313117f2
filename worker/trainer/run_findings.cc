#include "worker/trainer/run_findings.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/utf8.h"
#include "worker/formats/printable.h"
#include "worker/training/schedule.h"

namespace tunesmith::worker {
namespace {

// A schedule of fewer is a handful of jumps.
constexpr int64_t kFewSteps = 10;
// Classes that a message names, and bytes of each.
constexpr size_t kMaxNames = 10;
constexpr size_t kMaxNameBytes = 100;

void FindFewSteps(const TrainingInputs& inputs, const TrainingOptions& options,
                  std::vector<DataFinding>& findings) {
  const int64_t rows = static_cast<int64_t>(inputs.training.size());
  const RunLength length = PlanRunLength(rows, options);
  const bool part = length.total_steps < length.steps_per_epoch;
  if (length.total_steps >= kFewSteps && !part) return;
  findings.push_back(
      {.code = FindingCode::kFewSteps,
       .severity = FindingSeverity::kWarning,
       .message = absl::StrCat(
           "the run has ", length.total_steps,
           length.total_steps == 1 ? " step of " : " steps of ",
           options.batch_size, " rows, ", length.warmup_steps,
           " of them for the warm-up",
           part ? absl::StrCat("; an epoch has ", length.steps_per_epoch,
                               ": some rows are never seen")
                : "; so few that the learning rate's schedule means little"),
       .suggestion =
           absl::StrCat(options.max_steps.has_value() ? "raise max_steps"
                                                      : "set more epochs",
                        ", or lower batch_size"),
       .count = length.total_steps});
}

void FindAbsentClasses(const std::vector<std::string>& labels,
                       const std::vector<Example>& examples, const char* split,
                       std::vector<DataFinding>& findings) {
  if (examples.empty()) return;
  std::vector<bool> present(labels.size());
  for (const Example& example : examples) {
    present[static_cast<size_t>(example.label)] = true;
  }
  std::vector<std::string> absent;
  int64_t count = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (present[i]) continue;
    if (++count > static_cast<int64_t>(kMaxNames)) continue;
    absent.push_back(
        Printable(std::string(CutAtCharacter(labels[i], kMaxNameBytes))));
  }
  if (count == 0) return;
  const bool more = count > static_cast<int64_t>(absent.size());
  findings.push_back(
      {.code = FindingCode::kAbsentClass,
       .severity = FindingSeverity::kNote,
       .message = absl::StrCat(
           split, " data hold no row of ", count, " of ", labels.size(),
           " classes (", absl::StrJoin(absent, ", "), more ? ", ..." : "",
           "): they count in macro F1 only where the network guesses them, as "
           "scikit-learn's default is"),
       .suggestion = "add rows of these classes, so that they are measured",
       .count = count});
}

}  // namespace

std::vector<DataFinding> FindingsOfRun(const TrainingInputs& inputs,
                                       const TrainingOptions& options) {
  std::vector<DataFinding> findings;
  FindFewSteps(inputs, options, findings);
  FindAbsentClasses(inputs.labels, inputs.validation, "validation", findings);
  FindAbsentClasses(inputs.labels, inputs.test, "test", findings);
  return findings;
}

std::vector<DataFinding> FindingsOfTest(const std::vector<std::string>& labels,
                                        const std::vector<Example>& test) {
  std::vector<DataFinding> findings;
  FindAbsentClasses(labels, test, "test", findings);
  return findings;
}

}  // namespace tunesmith::worker
