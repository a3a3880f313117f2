#include <optional>
#include <string>

#include "server/jobs/data_source.h"
#include "server/jobs/field_scope.h"
#include "server/jobs/input_fit.h"
#include "server/jobs/label_fit.h"

namespace tunesmith::server {
namespace {

using v1::DatasetColumn;

// Whether a source is of the kind that the task is for; otherwise there is a
// violation.
bool FitKind(const DataSource& source, const Classification& task,
             Resolution& resolution) {
  bool of_images = source.dataset->format().kind() == v1::DatasetFormat::IMAGES;
  if (of_images == (task.type() == v1::IMAGE_CLASSIFICATION)) return true;
  resolution.AddViolation(
      source.field,
      of_images ? source.name + " holds pictures, and the task is for texts"
                : source.name +
                      " is a table, and the task is for pictures: a zip or tar "
                      "archive of them",
      v1::ERROR_REASON_INVALID_FIELD);
  return false;
}

}  // namespace

std::optional<Labels> FitSource(const DataSource& source,
                                Resolution& resolution) {
  if (!source.ready()) {
    resolution.AddUnchecked("columns and labels of " + source.name +
                            " are not known yet: it is still being inspected");
    return std::nullopt;
  }
  if (source.dataset->row_count() <= 0) {
    resolution.AddViolation(source.field, source.name + " has no usable row",
                            v1::ERROR_REASON_EMPTY_DATASET);
    return std::nullopt;
  }
  const Classification task = resolution.task();
  if (!FitKind(source, task, resolution)) return std::nullopt;
  const std::string sample_field = task.Field(task.sample_field());
  const DatasetColumn* sample =
      FindColumn(source, task.sample_column(), sample_field, resolution);
  if (sample != nullptr &&
      sample->null_count() >= source.dataset->row_count()) {
    resolution.AddViolation(
        sample_field,
        "column of " + source.name + " has no value: " + Quoted(sample->name()),
        v1::ERROR_REASON_EMPTY_DATASET);
  }
  const DatasetColumn* label = FindColumn(
      source, task.label_column(), task.Field("label_column"), resolution);
  if (label == nullptr) return std::nullopt;
  return LabelsOf(source, *label, resolution);
}

void FitData(const SpecInputs& inputs, Resolution& resolution) {
  const v1::Data& data = resolution.spec().data();
  DataSource training{inputs.training, data.training(), "data.training"};
  std::optional<Labels> held = FitSource(training, resolution);
  std::optional<Labels> known = FitLabels(training, held, resolution);
  if (known.has_value()) CheckWeightedLabels(*known, resolution);
  if (held.has_value() && inputs.model != nullptr) {
    CheckHeadLabels(*inputs.model, *held, resolution);
  }
  for (const DataSource& source :
       {DataSource{inputs.validation, data.validation(), "data.validation"},
        DataSource{inputs.test, data.test(), "data.test"}}) {
    if (source.name.empty()) continue;
    std::optional<Labels> labels = FitSource(source, resolution);
    if (labels.has_value() && known.has_value()) {
      CheckKnownLabels(source, *labels, *known, "training data do", resolution);
    }
  }
}

}  // namespace tunesmith::server
