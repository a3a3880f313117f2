#include "server/jobs/measuring_fit.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/jobs/label_fit.h"

namespace tunesmith::server {
namespace {

bool HasColumn(const v1::Dataset* dataset, const std::string& name) {
  return dataset != nullptr &&
         std::any_of(dataset->columns().begin(), dataset->columns().end(),
                     [&name](const v1::DatasetColumn& column) {
                       return column.name() == name;
                     });
}

template <typename Task>
void AdoptLabelColumn(const Task& origin, const v1::Dataset* test, Task& task) {
  if (!task.has_label_column() && HasColumn(test, origin.label_column())) {
    task.set_label_column(origin.label_column());
  }
}

void AdoptTask(const v1::Task& origin, const v1::Dataset* test,
               v1::Task& task) {
  if (origin.has_text_classification() && task.has_text_classification()) {
    const v1::TextClassification& from = origin.text_classification();
    v1::TextClassification& to = *task.mutable_text_classification();
    if (!to.has_text_column() && HasColumn(test, from.text_column())) {
      to.set_text_column(from.text_column());
    }
    if (!to.has_max_length()) to.set_max_length(from.max_length());
    AdoptLabelColumn(from, test, to);
  }
  if (origin.has_image_classification() && task.has_image_classification()) {
    const v1::ImageClassification& from = origin.image_classification();
    v1::ImageClassification& to = *task.mutable_image_classification();
    if (!to.has_image_column() && HasColumn(test, from.image_column())) {
      to.set_image_column(from.image_column());
    }
    AdoptLabelColumn(from, test, to);
  }
}

// The head's labels; nullopt with a violation.
std::optional<Labels> HeadLabels(const v1::Model& model,
                                 Resolution& resolution) {
  const Classification task = resolution.task();
  Labels head(model.head_labels().begin(), model.head_labels().end());
  if (head.empty()) {
    resolution.AddViolation(
        "base_model",
        model.name() +
            " has no head for a classification, so there is nothing to measure",
        v1::ERROR_REASON_TASK_NOT_SUPPORTED);
    return std::nullopt;
  }
  const Labels given(task.labels().begin(), task.labels().end());
  if (!given.empty() && given != head) {
    resolution.AddViolation(
        task.Field("labels"),
        absl::StrCat("must be the ", head.size(), " labels of the head of ",
                     model.name(), ", in their order, or be left out"),
        v1::ERROR_REASON_INVALID_FIELD);
    return std::nullopt;
  }
  MutableLabels(*resolution.spec().mutable_task())
      .Assign(head.begin(), head.end());
  return head;
}

}  // namespace

void AdoptOrigin(const SpecInputs& inputs, v1::JobSpec& spec) {
  if (inputs.origin == nullptr) return;
  AdoptTask(inputs.origin->task(), inputs.test, *spec.mutable_task());
  v1::CleaningPolicy& cleaning = *spec.mutable_data()->mutable_cleaning();
  if (!cleaning.label_normalization()) {
    cleaning.set_label_normalization(
        inputs.origin->data().cleaning().label_normalization());
  }
}

void FitMeasuring(const SpecInputs& inputs, Resolution& resolution) {
  const DataSource test{inputs.test, resolution.spec().data().test(),
                        "data.test"};
  const std::optional<Labels> held = FitSource(test, resolution);
  if (!FitModelInput(inputs, resolution)) return;
  const std::optional<Labels> head = HeadLabels(*inputs.model, resolution);
  if (!held.has_value() || !head.has_value()) return;
  CheckKnownLabels(test, *held, *head,
                   "the head of " + inputs.model->name() + " does", resolution);
}

}  // namespace tunesmith::server
