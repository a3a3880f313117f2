#include "server/jobs/label_fit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/nearest_name.h"
#include "proto/contract/base/visible_text.h"
#include "proto/contract/labels/label_order.h"
#include "server/jobs/check_spec.h"
#include "server/jobs/field_scope.h"
#include "server/jobs/label_spelling.h"

namespace tunesmith::server {
namespace {

using v1::CleaningPolicy;
using v1::DatasetColumn;

// Values of a column are counted up to so many distinct ones.
constexpr int64_t kMaxCountedValues = 4096;
// Mean length of what people call a label, generously.
constexpr double kMaxMeanLabelBytes = 256;

CleaningPolicy::LabelNormalization NormalizationOf(Resolution& resolution) {
  return resolution.spec().data().cleaning().label_normalization();
}

// Why a column whose values were not listed cannot be one of labels; empty
// where it may be, and only the trainer can tell.
std::string Objection(const DataSource& source, const DatasetColumn& column) {
  if (column.mean_bytes() > kMaxMeanLabelBytes) {
    return "has values that are too long for labels";
  }
  const int64_t rows = source.dataset->row_count() - column.null_count();
  if (!column.has_distinct_count() && rows < 2 * kMaxCountedValues) {
    return absl::StrCat("has too many distinct values to be labels, more than ",
                        kMaxCountedValues, " in ", rows, " rows");
  }
  return "";
}

// Labels of `held` that are surely not in `known`.
Labels Unknown(const Labels& held, const Labels& known,
               CleaningPolicy::LabelNormalization normalization) {
  const LabelSet set(known, normalization);
  Labels unknown;
  for (const std::string& label : held) {
    if (!set.Contains(label)) unknown.push_back(label);
  }
  return unknown;
}

std::string WithAdvice(std::string text, const Labels& unknown,
                       const Labels& known) {
  const std::string advice = NormalizationAdvice(unknown, known);
  return advice.empty() ? text : text + " (" + advice + ")";
}

void CheckGivenLabels(const DataSource& training, const Labels& held,
                      const Labels& given, Resolution& resolution) {
  const Labels unknown = Unknown(held, given, NormalizationOf(resolution));
  if (unknown.empty()) return;
  resolution.AddViolation(
      resolution.task().Field("labels"),
      WithAdvice("must hold every label of " + training.name +
                     ", missing: " + Listed(unknown),
                 unknown, given),
      v1::ERROR_REASON_UNKNOWN_LABEL);
}

}  // namespace

std::optional<Labels> LabelsOf(const DataSource& source,
                               const DatasetColumn& column,
                               Resolution& resolution) {
  const bool listed =
      column.has_distinct_count() &&
      (!column.values().empty() || column.distinct_count() == 0);
  if (!listed) {
    if (std::string objection = Objection(source, column); !objection.empty()) {
      resolution.AddViolation(resolution.task().Field("label_column"),
                              absl::StrCat("column ", Quoted(column.name()),
                                           " of ", source.name, " ", objection),
                              v1::ERROR_REASON_BAD_CLASS_COUNT);
    }
    return std::nullopt;
  }
  Labels labels;
  for (const DatasetColumn::Value& value : column.values()) {
    if (!value.value().empty()) labels.push_back(value.value());
  }
  SortLabels(labels);
  return labels;
}

std::optional<Labels> FitLabels(const DataSource& training,
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
  if (!task.labels().empty()) {
    Labels given(task.labels().begin(), task.labels().end());
    if (held.has_value()) CheckGivenLabels(training, *held, given, resolution);
    return given;
  }
  const bool exact = NormalizationOf(resolution) == CleaningPolicy::NONE &&
                     resolution.spec().data().split_column().empty();
  if (held.has_value() && exact) {
    MutableLabels(*resolution.spec().mutable_task())
        .Assign(held->begin(), held->end());
  }
  return held;
}

void CheckHeadLabels(const v1::Model& model, const Labels& held,
                     Resolution& resolution) {
  const Classification sent(resolution.sent().task());
  const Labels given(sent.labels().begin(), sent.labels().end());
  const Labels head(model.head_labels().begin(), model.head_labels().end());
  if (given.size() <= held.size() || given.size() >= head.size()) return;
  const LabelSet set(head, CleaningPolicy::FOLD);
  const bool of_the_head =
      std::all_of(given.begin(), given.end(),
                  [&set](const auto& label) { return set.Contains(label); });
  if (!of_the_head) return;
  resolution.AddViolation(
      sent.Field("labels"),
      absl::StrCat("names ", given.size(), " of the ", head.size(),
                   " labels of the head of ", model.name(),
                   ": give all of them, in any order, to keep the head, or "
                   "leave this out, and a new head is made for the ",
                   held.size(), " labels of training data"),
      v1::ERROR_REASON_INVALID_FIELD);
}

void CheckKnownLabels(const DataSource& source, const Labels& held,
                      const Labels& known, const std::string& knower,
                      Resolution& resolution) {
  const Labels unknown = Unknown(held, known, NormalizationOf(resolution));
  if (unknown.empty()) return;
  resolution.AddViolation(source.field,
                          WithAdvice(source.name + " holds labels that " +
                                         knower + " not: " + Listed(unknown),
                                     unknown, known),
                          v1::ERROR_REASON_UNKNOWN_LABEL);
}

void CheckWeightedLabels(const Labels& known, Resolution& resolution) {
  const Classification task = resolution.task();
  const LabelSet set(known, NormalizationOf(resolution));
  const auto& weights = task.class_weights().table().weights();
  for (int i = 0; i < weights.size(); ++i) {
    const std::string& label = weights[i].label();
    if (set.Contains(label)) continue;
    const std::string nearest = NearestName(label, known);
    std::string text =
        "not a label of training data: " + Quoted(VisibleText(label));
    if (!nearest.empty()) {
      text += " (did you mean " + Quoted(VisibleText(nearest)) + "?)";
    }
    resolution.AddViolation(
        task.Field(absl::StrCat("class_weights.table.weights[", i, "].label")),
        text, v1::ERROR_REASON_UNKNOWN_LABEL);
  }
}

}  // namespace tunesmith::server
