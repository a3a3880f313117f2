#include "server/jobs/split_fit.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/split_name.h"
#include "server/jobs/check_spec.h"
#include "server/jobs/data_source.h"
#include "server/jobs/field_scope.h"

namespace tunesmith::server {
namespace {

using v1::DatasetColumn;

constexpr char kField[] = "data.split_column";

// What a column with the rows' splits holds.
struct SplitValues {
  bool training = false;
  bool validation = false;
  // That name no split.
  std::vector<std::string> others;
};

SplitValues ValuesOf(const DatasetColumn& column) {
  SplitValues values;
  for (const DatasetColumn::Value& value : column.values()) {
    if (value.value().empty()) continue;
    const std::optional<SplitRole> role = ParseSplitName(value.value());
    if (!role.has_value()) values.others.push_back(value.value());
    values.training |= role == SplitRole::kTraining;
    values.validation |= role == SplitRole::kValidation;
  }
  return values;
}

const DatasetColumn* Find(const v1::Dataset& dataset, const std::string& name) {
  for (const DatasetColumn& column : dataset.columns()) {
    if (column.name() == name) return &column;
  }
  return nullptr;
}

// Pictures that lie in folders of splits.
bool HasSplitFolders(const v1::Dataset& dataset) {
  return dataset.format().kind() == v1::DatasetFormat::IMAGES &&
         dataset.format().manifest().empty() &&
         Find(dataset, kSplitColumn) != nullptr;
}

bool NothingToValidateOn(const v1::Data& data, const SplitValues& values) {
  return data.validation().empty() && !values.validation &&
         data.has_validation_fraction() && data.validation_fraction() == 0;
}

void CheckValidation(const SplitValues& values, Resolution& resolution) {
  const v1::Data& data = resolution.spec().data();
  const v1::EvaluationPolicy& evaluation = resolution.spec().evaluation();
  if (values.validation && data.validation_fraction() > 0) {
    resolution.AddViolation("data.validation_fraction",
                            "nothing is split off where `split_column` says "
                            "which rows are validation data: leave it out",
                            v1::ERROR_REASON_INVALID_FIELD);
  }
  if (!NothingToValidateOn(data, values)) return;
  const std::string needs =
      "needs validation data, and column " + Quoted(data.split_column()) +
      " holds none: leave `data.validation_fraction` out, so that some rows "
      "are split off";
  if (evaluation.has_early_stopping()) {
    resolution.AddViolation("evaluation.early_stopping", needs,
                            v1::ERROR_REASON_INVALID_FIELD);
  }
  if (evaluation.keep_best()) {
    resolution.AddViolation("evaluation.keep_best", needs,
                            v1::ERROR_REASON_INVALID_FIELD);
  }
}

}  // namespace

void ChooseSplits(const SpecInputs& inputs, v1::JobSpec& spec) {
  v1::Data& data = *spec.mutable_data();
  const DataSource training{inputs.training, data.training(), kField};
  if (!training.ready()) return;
  if (!data.has_split_column() && data.validation().empty() &&
      HasSplitFolders(*training.dataset)) {
    data.set_split_column(kSplitColumn);
  }
  const DatasetColumn* column = Find(*training.dataset, data.split_column());
  if (data.split_column().empty() || column == nullptr) return;
  const SplitValues values = ValuesOf(*column);
  if (values.validation && !data.has_validation_fraction()) {
    data.set_validation_fraction(0);
  }
  v1::EvaluationPolicy& evaluation = *spec.mutable_evaluation();
  if (NothingToValidateOn(data, values) && !evaluation.has_keep_best()) {
    evaluation.set_keep_best(false);
  }
}

void FitSplits(const SpecInputs& inputs, Resolution& resolution) {
  const v1::Data& data = resolution.spec().data();
  const DataSource training{inputs.training, data.training(), "data.training"};
  if (data.split_column().empty() || !training.ready()) return;
  const DatasetColumn* column =
      FindColumn(training, data.split_column(), kField, resolution);
  if (column == nullptr) return;
  const SplitValues values = ValuesOf(*column);
  const std::string where =
      "column " + Quoted(column->name()) + " of " + training.name;
  if (!values.others.empty() || column->values().empty()) {
    resolution.AddViolation(
        kField,
        absl::StrCat(where,
                     " must hold train, val or test (or the like), got: ",
                     values.others.empty() ? "too many values to be listed"
                                           : Listed(values.others)),
        v1::ERROR_REASON_INVALID_FIELD);
    return;
  }
  if (!values.training) {
    resolution.AddViolation(kField, where + " says of no row that it is train",
                            v1::ERROR_REASON_EMPTY_DATASET);
  }
  CheckValidation(values, resolution);
}

}  // namespace tunesmith::server
