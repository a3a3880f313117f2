#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/jobs/augmentation_defaults.h"
#include "server/jobs/check_spec.h"
#include "server/jobs/freeze.h"
#include "server/jobs/input_fit.h"
#include "server/jobs/spec_defaults.h"

namespace tunesmith::server {
namespace {

// Beyond it dropout leaves nothing to learn from; a config may say anything.
constexpr double kMaxDropout = 0.9;

bool SupportsTask(const v1::Model& model, v1::TaskType task) {
  return std::find(model.tasks().begin(), model.tasks().end(), task) !=
         model.tasks().end();
}

void FitLength(const v1::Model& model, Resolution& resolution) {
  auto& task = *resolution.spec().mutable_task()->mutable_text_classification();
  int limit = model.max_sequence_length();
  if (!task.has_max_length()) {
    task.set_max_length(std::min(kDefaultMaxLength, limit));
  } else if (task.max_length() > limit) {
    resolution.AddViolation(
        "task.text_classification.max_length",
        absl::StrCat("must be at most ", limit, ", the limit of ",
                     resolution.spec().base_model(),
                     ", got: ", task.max_length()),
        v1::ERROR_REASON_INVALID_FIELD);
  }
}

void FitImageSize(const v1::Model& model, Resolution& resolution) {
  auto& task =
      *resolution.spec().mutable_task()->mutable_image_classification();
  if (task.has_image_size() || model.image_input().size() <= 0) return;
  task.set_image_size(model.image_input().size());
}

bool OnlyHeadTrains(const FreezeTable& table) {
  return std::all_of(table.parameters.begin(), table.parameters.end(),
                     [](const v1::ParameterFreeze& row) {
                       return row.frozen() || row.parameter().block() ==
                                                  v1::ModelParameter::HEAD;
                     });
}

void FitFreeze(const v1::Model& model, const internal::v1::ModelFacts& facts,
               Resolution& resolution) {
  v1::JobSpec& spec = resolution.spec();
  if (!spec.freeze().has_normalization()) {
    spec.mutable_freeze()->set_normalization(model.folded_normalization());
  }
  const Classification task = resolution.task();
  int labels = task.labels().empty() ? kMinLabels : task.labels().size();
  FreezeTable table =
      ResolveFreeze(spec.freeze(), facts, task.type(), labels, "freeze");
  ResolveLearningRates(spec.hyperparameters(), "hyperparameters", table);
  for (const FieldViolation& violation : table.violations) {
    resolution.AddViolation(violation.field, violation.description,
                            v1::ERROR_REASON_INVALID_FIELD);
  }
  if (!table.violations.empty()) return;
  FillLearningRate(spec,
                   OnlyHeadTrains(table) ? v1::JobSpec::FEATURE_EXTRACTION
                                         : RecipeOf(spec.freeze()),
                   model.family());
}

// The learning rate where task and policy alone tell it.
void FillLearningRateByPolicy(v1::JobSpec& spec) {
  const v1::FreezePolicy& freeze = spec.freeze();
  const bool any_family =
      freeze.has_backbone() || spec.task().has_text_classification();
  if (!any_family) return;
  if (freeze.has_backbone() || freeze.has_none() || freeze.has_head_first()) {
    FillLearningRate(spec, RecipeOf(freeze), "");
  }
}

}  // namespace

bool FitModelInput(const SpecInputs& inputs, Resolution& resolution) {
  const v1::Model* model = inputs.model;
  const std::string& name = resolution.spec().base_model();
  if (model == nullptr || model->state() != v1::Model::READY ||
      inputs.facts == nullptr) {
    resolution.AddUnchecked("task, length limit and layers of " + name +
                            " are not known yet: it is still being imported");
    return false;
  }
  const Classification task = resolution.task();
  if (!SupportsTask(*model, task.type())) {
    resolution.AddViolation(
        "base_model",
        absl::StrCat(name, " does not support ", std::string(task.title()),
                     "; ListModels with `task` shows which models do"),
        v1::ERROR_REASON_TASK_NOT_SUPPORTED);
    return false;
  }
  if (task.type() == v1::TEXT_CLASSIFICATION) FitLength(*model, resolution);
  if (task.type() == v1::IMAGE_CLASSIFICATION) FitImageSize(*model, resolution);
  return true;
}

void FitModel(const SpecInputs& inputs, Resolution& resolution) {
  v1::JobSpec& spec = resolution.spec();
  FillLearningRateByPolicy(spec);
  if (!FitModelInput(inputs, resolution)) return;
  const v1::Model& model = *inputs.model;
  if (spec.has_augmentation()) {
    FillNormalization(model.image_input(), *spec.mutable_augmentation());
  }
  auto& hyperparameters = *spec.mutable_hyperparameters();
  if (!hyperparameters.has_dropout()) {
    double dropout = model.dropout();
    hyperparameters.set_dropout(dropout >= 0 ? std::min(dropout, kMaxDropout)
                                             : 0);
  }
  FitFreeze(model, *inputs.facts, resolution);
}

}  // namespace tunesmith::server
