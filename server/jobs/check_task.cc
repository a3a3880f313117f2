#include <limits>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/jobs/check_spec.h"

namespace tunesmith::server {
namespace {

constexpr int kMinLength = 8;
constexpr double kMaxClassWeight = 1000;
constexpr int kMinImageSize = 32;
constexpr int kMaxImageSize = 1024;

using Labels = google::protobuf::RepeatedPtrField<std::string>;

void CheckLabels(const Labels& labels, const FieldScope& scope) {
  int count = labels.size();
  if (count == 0) return;
  if (count < kMinLabels || count > kMaxLabels) {
    scope.Add("labels", absl::StrCat("must be ", kMinLabels, " to ", kMaxLabels,
                                     " labels, got: ", count));
    return;
  }
  std::set<std::string> seen;
  for (int i = 0; i < count; ++i) {
    if (labels[i].empty()) {
      scope.At("labels", i).Add("", "a label must not be empty");
    } else if (!seen.insert(labels[i]).second) {
      scope.At("labels", i)
          .Add("", "occurs more than once: " + Quoted(labels[i]));
    }
  }
}

void CheckWeightTable(const v1::ClassWeights::Table& table,
                      const Labels& labels, const FieldScope& scope) {
  std::set<std::string> known(labels.begin(), labels.end());
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

// A column that a task names, or the default's name.
struct Column {
  const char* field;
  std::string name;

  Column(const char* field, bool given, const std::string& value,
         const char* default_name, const FieldScope& scope)
      : field(field), name(given ? value : default_name) {
    if (name.empty()) scope.Add(field, "must not be empty");
  }
};

void CheckColumns(const Column& sample, const Column& label,
                  const FieldScope& scope) {
  if (label.name.empty() || sample.name != label.name) return;
  scope.Add(label.field, absl::StrCat("is the ", sample.field,
                                      " too: ", Quoted(label.name)));
}

void CheckClassWeights(const v1::ClassWeights& class_weights,
                       const Labels& labels, const FieldScope& weights) {
  switch (class_weights.kind_case()) {
    case v1::ClassWeights::kTable:
      CheckWeightTable(class_weights.table(), labels, weights.At("table"));
      break;
    case v1::ClassWeights::kBalanced:
      break;
    case v1::ClassWeights::KIND_NOT_SET:
      weights.Add("", "set one of: balanced, table");
      break;
  }
}

// What all classifications have in common.
template <typename Task>
void CheckClassification(const Task& task, const Column& sample,
                         const FieldScope& scope) {
  CheckColumns(sample,
               Column("label_column", task.has_label_column(),
                      task.label_column(), kDefaultLabelColumn, scope),
               scope);
  CheckLabels(task.labels(), scope);
  if (task.has_class_weights()) {
    CheckClassWeights(task.class_weights(), task.labels(),
                      scope.At("class_weights"));
  }
}

void CheckTextClassification(const v1::TextClassification& task,
                             const FieldScope& scope) {
  CheckClassification(task,
                      Column("text_column", task.has_text_column(),
                             task.text_column(), kDefaultTextColumn, scope),
                      scope);
  if (task.has_max_length()) {
    scope.CheckInteger("max_length", task.max_length(), kMinLength,
                       std::numeric_limits<int64_t>::max());
  }
}

void CheckImageClassification(const v1::ImageClassification& task,
                              const FieldScope& scope) {
  CheckClassification(task,
                      Column("image_column", task.has_image_column(),
                             task.image_column(), kDefaultImageColumn, scope),
                      scope);
  if (task.has_image_size()) {
    scope.CheckInteger("image_size", task.image_size(), kMinImageSize,
                       kMaxImageSize);
  }
}

}  // namespace

void CheckTask(const v1::Task& task, const FieldScope& scope) {
  switch (task.kind_case()) {
    case v1::Task::kTextClassification:
      CheckTextClassification(task.text_classification(),
                              scope.At("text_classification"));
      break;
    case v1::Task::kImageClassification:
      CheckImageClassification(task.image_classification(),
                               scope.At("image_classification"));
      break;
    case v1::Task::KIND_NOT_SET:
      scope.Add("",
                "required: set one of: text_classification, "
                "image_classification");
      break;
  }
}

}  // namespace tunesmith::server
