#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/nearest_name.h"
#include "server/jobs/check_spec.h"
#include "server/jobs/field_scope.h"
#include "server/jobs/input_fit.h"

namespace tunesmith::server {
namespace {

using v1::DatasetColumn;
using Labels = std::vector<std::string>;

constexpr int kMaxListedNames = 20;

// A dataset in its part for the job.
struct Source {
  const v1::Dataset* dataset = nullptr;
  std::string name;
  // "data.training".
  std::string field;
};

bool IsReady(const Source& source) {
  return source.dataset != nullptr &&
         source.dataset->state() == v1::Dataset::READY;
}

// `"a", "b", "c" and 3 more`.
std::string Listed(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  for (const std::string& name : names) {
    if (shown.size() == kMaxListedNames) break;
    shown.push_back(Quoted(name));
  }
  std::string text = absl::StrJoin(shown, ", ");
  if (names.size() > shown.size()) {
    absl::StrAppend(&text, " and ", names.size() - shown.size(), " more");
  }
  return text;
}

// The column, or null with a violation of `field`.
const DatasetColumn* FindColumn(const Source& source, const std::string& name,
                                const std::string& field,
                                Resolution& resolution) {
  std::vector<std::string> names;
  for (const DatasetColumn& column : source.dataset->columns()) {
    names.push_back(column.name());
    if (column.name() != name) continue;
    if (column.type() != DatasetColumn::OTHER) return &column;
    resolution.AddViolation(
        field,
        "column of " + source.name +
            " is nested or binary and cannot be used: " + Quoted(name),
        v1::ERROR_REASON_INVALID_FIELD);
    return nullptr;
  }
  std::string nearest = NearestName(name, names);
  std::string text = "unknown column of " + source.name + ": " + Quoted(name);
  text += nearest.empty() ? " (columns: "
                          : " (did you mean " + Quoted(nearest) + "? columns: ";
  resolution.AddViolation(field, text + Listed(names) + ")",
                          v1::ERROR_REASON_UNKNOWN_COLUMN);
  return nullptr;
}

// The values of a label column, sorted by byte; empty with a violation when
// they cannot be labels. Rows without a label are not counted.
std::optional<Labels> LabelsOf(const Source& source,
                               const DatasetColumn& column,
                               Resolution& resolution) {
  std::string where = "column " + Quoted(column.name()) + " of " + source.name;
  if (!column.has_distinct_count() || column.distinct_count() > kMaxLabels) {
    std::string count = column.has_distinct_count()
                            ? absl::StrCat(column.distinct_count())
                            : "more than 4096";
    resolution.AddViolation(
        resolution.task().Field("label_column"),
        absl::StrCat(where,
                     " has too many distinct values to be labels, at "
                     "most ",
                     kMaxLabels, ", got: ", count),
        v1::ERROR_REASON_BAD_CLASS_COUNT);
    return std::nullopt;
  }
  if (column.values().empty() && column.distinct_count() > 0) {
    resolution.AddViolation(resolution.task().Field("label_column"),
                            where + " has values that are too long for labels",
                            v1::ERROR_REASON_BAD_CLASS_COUNT);
    return std::nullopt;
  }
  Labels labels;
  for (const DatasetColumn::Value& value : column.values()) {
    if (!value.value().empty()) labels.push_back(value.value());
  }
  std::sort(labels.begin(), labels.end());
  return labels;
}

// Labels that a source holds and the job, which may have named its own, does
// not know.
void CheckKnown(const Source& source, const Labels& held, const Labels& known,
                bool named, Resolution& resolution) {
  Labels unknown;
  std::set_difference(held.begin(), held.end(), known.begin(), known.end(),
                      std::back_inserter(unknown));
  if (unknown.empty()) return;
  std::string text =
      named ? "must hold every label of " + source.name + ", missing: "
            : source.name + " holds labels that training data do not: ";
  resolution.AddViolation(
      named ? resolution.task().Field("labels") : source.field,
      text + Listed(unknown), v1::ERROR_REASON_UNKNOWN_LABEL);
}

// Whether a source is of the kind that the task is for; otherwise there is a
// violation.
bool FitKind(const Source& source, const Classification& task,
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

// Checks what a source is made of; its labels where they can be told.
std::optional<Labels> FitSource(const Source& source, Resolution& resolution) {
  if (!IsReady(source)) {
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

// Labels of the job: given ones must cover training data, others are taken
// from there. Sorted; empty where they cannot be told.
std::optional<Labels> FitLabels(const Source& training,
                                const std::optional<Labels>& held,
                                Resolution& resolution) {
  const Classification task = resolution.task();
  if (held.has_value() && held->size() < kMinLabels) {
    resolution.AddViolation(
        task.Field("label_column"),
        absl::StrCat("column ", Quoted(task.label_column()), " of ",
                     training.name, " must hold at least ", kMinLabels,
                     " labels, got: ", held->size()),
        v1::ERROR_REASON_BAD_CLASS_COUNT);
    return std::nullopt;
  }
  if (task.labels().empty()) {
    if (!held.has_value()) return std::nullopt;
    MutableLabels(*resolution.spec().mutable_task())
        .Assign(held->begin(), held->end());
    return held;
  }
  Labels given(task.labels().begin(), task.labels().end());
  std::sort(given.begin(), given.end());
  if (held.has_value()) {
    CheckKnown(training, *held, given, /*named=*/true, resolution);
  }
  return given;
}

void CheckWeightedLabels(const Labels& known, Resolution& resolution) {
  const Classification task = resolution.task();
  const auto& weights = task.class_weights().table().weights();
  for (int i = 0; i < weights.size(); ++i) {
    const std::string& label = weights[i].label();
    if (std::binary_search(known.begin(), known.end(), label)) continue;
    std::string nearest = NearestName(label, known);
    std::string text = "not a label of training data: " + Quoted(label);
    if (!nearest.empty()) text += " (did you mean " + Quoted(nearest) + "?)";
    resolution.AddViolation(
        task.Field(absl::StrCat("class_weights.table.weights[", i, "].label")),
        text, v1::ERROR_REASON_UNKNOWN_LABEL);
  }
}

}  // namespace

void FitData(const SpecInputs& inputs, Resolution& resolution) {
  const v1::Data& data = resolution.spec().data();
  Source training{inputs.training, data.training(), "data.training"};
  std::optional<Labels> held = FitSource(training, resolution);
  std::optional<Labels> known = FitLabels(training, held, resolution);
  if (known.has_value()) CheckWeightedLabels(*known, resolution);
  for (const Source& source :
       {Source{inputs.validation, data.validation(), "data.validation"},
        Source{inputs.test, data.test(), "data.test"}}) {
    if (source.name.empty()) continue;
    std::optional<Labels> labels = FitSource(source, resolution);
    if (labels.has_value() && known.has_value()) {
      CheckKnown(source, *labels, *known, /*named=*/false, resolution);
    }
  }
}

}  // namespace tunesmith::server
