#include <limits>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/jobs/check_spec.h"

namespace tunesmith::server {
namespace {

constexpr int kMinLength = 8;
constexpr double kMaxClassWeight = 1000;

void CheckLabels(const v1::TextClassification& task, const FieldScope& scope) {
  int count = task.labels_size();
  if (count == 0) return;
  if (count < kMinLabels || count > kMaxLabels) {
    scope.Add("labels", absl::StrCat("must be ", kMinLabels, " to ", kMaxLabels,
                                     " labels, got: ", count));
    return;
  }
  std::set<std::string> seen;
  for (int i = 0; i < count; ++i) {
    if (task.labels(i).empty()) {
      scope.At("labels", i).Add("", "a label must not be empty");
    } else if (!seen.insert(task.labels(i)).second) {
      scope.At("labels", i)
          .Add("", "occurs more than once: " + Quoted(task.labels(i)));
    }
  }
}

void CheckWeightTable(const v1::ClassWeights::Table& table,
                      const v1::TextClassification& task,
                      const FieldScope& scope) {
  std::set<std::string> known(task.labels().begin(), task.labels().end());
  std::set<std::string> seen;
  if (table.weights_size() > kMaxLabels) {
    scope.Add("weights", absl::StrCat("must be at most ", kMaxLabels,
                                      " entries, got: ", table.weights_size()));
    return;
  }
  for (int i = 0; i < table.weights_size(); ++i) {
    const v1::ClassWeights::Weight& weight = table.weights(i);
    FieldScope entry = scope.At("weights", i);
    if (weight.label().empty()) {
      entry.Add("label", "required");
    } else if (!seen.insert(weight.label()).second) {
      entry.Add("label", "occurs more than once: " + Quoted(weight.label()));
    } else if (!known.empty() && !known.contains(weight.label())) {
      entry.Add("label", "not one of `labels`: " + Quoted(weight.label()));
    }
    entry.CheckNumber("weight", weight.weight(),
                      {.low = 0, .high = kMaxClassWeight, .without_low = true});
  }
}

void CheckTextClassification(const v1::TextClassification& task,
                             const FieldScope& scope) {
  bool named = true;
  if (task.has_text_column() && task.text_column().empty()) {
    scope.Add("text_column", "must not be empty");
    named = false;
  }
  if (task.has_label_column() && task.label_column().empty()) {
    scope.Add("label_column", "must not be empty");
    named = false;
  }
  std::string text =
      task.has_text_column() ? task.text_column() : kDefaultTextColumn;
  std::string label =
      task.has_label_column() ? task.label_column() : kDefaultLabelColumn;
  if (named && text == label) {
    scope.Add("label_column", "is the text column too: " + Quoted(label));
  }
  if (task.has_max_length()) {
    scope.CheckInteger("max_length", task.max_length(), kMinLength,
                       std::numeric_limits<int64_t>::max());
  }
  CheckLabels(task, scope);
  if (!task.has_class_weights()) return;
  FieldScope weights = scope.At("class_weights");
  switch (task.class_weights().kind_case()) {
    case v1::ClassWeights::kTable:
      CheckWeightTable(task.class_weights().table(), task, weights.At("table"));
      break;
    case v1::ClassWeights::kBalanced:
      break;
    case v1::ClassWeights::KIND_NOT_SET:
      weights.Add("", "set one of: balanced, table");
      break;
  }
}

}  // namespace

void CheckTask(const v1::Task& task, const FieldScope& scope) {
  switch (task.kind_case()) {
    case v1::Task::kTextClassification:
      CheckTextClassification(task.text_classification(),
                              scope.At("text_classification"));
      break;
    case v1::Task::KIND_NOT_SET:
      scope.Add("", "required: set one of: text_classification");
      break;
  }
}

}  // namespace tunesmith::server
