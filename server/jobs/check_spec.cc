#include "server/jobs/check_spec.h"

#include <string>
#include <vector>

#include "google/protobuf/util/time_util.h"
#include "proto/contract/classification.h"
#include "server/jobs/resolve_spec.h"

namespace tunesmith::server {
namespace {

constexpr int kMaxAttempts = 10;
constexpr int kMaxPatience = 1000;
constexpr int64_t kMaxPeriodSeconds = 24 * 60 * 60;
constexpr int64_t kMaxPeriodSteps = 10'000'000;
constexpr int kMaxKeepLatest = 100;
constexpr int kMaxViews = 64;
constexpr int64_t kMaxRetentionSeconds = int64_t{10} * 366 * 24 * 60 * 60;
constexpr int64_t kMaxDeviceMemoryBytes = int64_t{1} << 50;

void CheckCleaning(const v1::CleaningPolicy& cleaning,
                   const FieldScope& scope) {
  auto check = [&scope](std::string_view field, int action) {
    scope.CheckEnum(field, action, v1::CleaningPolicy::Action_IsValid(action));
  };
  check("incomplete_rows", cleaning.incomplete_rows());
  check("invalid_utf8", cleaning.invalid_utf8());
  check("malformed_rows", cleaning.malformed_rows());
  check("unreadable_images", cleaning.unreadable_images());
  if (cleaning.has_max_dropped_fraction()) {
    scope.CheckNumber("max_dropped_fraction", cleaning.max_dropped_fraction(),
                      {.low = 0, .high = 1});
  }
  scope.CheckEnum("label_normalization", cleaning.label_normalization(),
                  v1::CleaningPolicy::LabelNormalization_IsValid(
                      cleaning.label_normalization()));
}

void CheckData(const v1::Data& data, const FieldScope& scope) {
  scope.CheckName("training", data.training(), ResourceKind::kDataset, true);
  scope.CheckName("validation", data.validation(), ResourceKind::kDataset,
                  false);
  scope.CheckName("test", data.test(), ResourceKind::kDataset, false);
  if (data.has_validation_fraction()) {
    scope.CheckNumber("validation_fraction", data.validation_fraction(),
                      {.low = 0, .high = 0.5});
    if (!data.validation().empty() && data.validation_fraction() > 0) {
      scope.Add("validation_fraction",
                "nothing is split off when `validation` is given: leave one of "
                "the two out");
    }
  }
  scope.CheckEnum("order", data.order(), v1::Data::Order_IsValid(data.order()));
  CheckCleaning(data.cleaning(), scope.At("cleaning"));
}

void CheckSplitColumn(const v1::JobSpec& spec, const FieldScope& scope) {
  const std::string& split = spec.data().split_column();
  if (split.empty()) return;
  const Classification task(spec.task());
  const bool text = task.type() == v1::TEXT_CLASSIFICATION;
  auto compare = [&](const std::string& column, const char* default_name,
                     std::string_view field) {
    if (split != (column.empty() ? default_name : column)) return;
    scope.Add("data.split_column",
              "is the " + std::string(field) + " too: " + Quoted(split));
  };
  compare(task.sample_column(), text ? kDefaultTextColumn : kDefaultImageColumn,
          task.sample_field());
  compare(task.label_column(), kDefaultLabelColumn, "label_column");
}

void CheckEvaluation(const v1::EvaluationPolicy& evaluation,
                     const v1::Data& data, const FieldScope& scope) {
  scope.CheckEnum(
      "primary_metric", evaluation.primary_metric(),
      v1::EvaluationPolicy::Metric_IsValid(evaluation.primary_metric()));
  const char* needs_validation =
      "needs validation data: give `data.validation`, or a "
      "`data.validation_fraction` above 0";
  if (evaluation.has_early_stopping()) {
    const auto& stopping = evaluation.early_stopping();
    FieldScope inner = scope.At("early_stopping");
    if (stopping.has_patience()) {
      inner.CheckInteger("patience", stopping.patience(), 1, kMaxPatience);
    }
    if (stopping.has_min_delta()) {
      inner.CheckNumber("min_delta", stopping.min_delta(), {.low = 0});
    }
    if (!HasValidation(data)) inner.Add("", needs_validation);
  }
  if (evaluation.keep_best() && !HasValidation(data)) {
    scope.Add("keep_best", needs_validation);
  }
}

void CheckRunTime(const v1::JobSpec& spec, const FieldScope& scope) {
  using google::protobuf::util::TimeUtil;
  const google::protobuf::Duration& limit = spec.max_run_time();
  bool valid = limit.seconds() <= TimeUtil::kDurationMaxSeconds &&
               limit.nanos() >= 0 && limit.nanos() < 1'000'000'000;
  if (valid && limit.seconds() >= 1) return;
  scope.Add("max_run_time", "must be a valid duration of at least one second");
}

bool IsBetween(const google::protobuf::Duration& duration, int64_t least,
               int64_t most) {
  return duration.seconds() >= least && duration.nanos() >= 0 &&
         duration.nanos() < 1'000'000'000 &&
         duration.seconds() + (duration.nanos() > 0) <= most;
}

void CheckCheckpoints(const v1::CheckpointPolicy& checkpoints,
                      const FieldScope& scope) {
  if (checkpoints.has_period() &&
      !IsBetween(checkpoints.period(), 1, kMaxPeriodSeconds)) {
    scope.Add("period", "must be a duration of one second to one day");
  }
  if (checkpoints.has_retention() &&
      !IsBetween(checkpoints.retention(), 0, kMaxRetentionSeconds)) {
    scope.Add("retention", "must be a duration of 0 to 10 years");
  }
  if (checkpoints.has_period_steps()) {
    scope.CheckInteger("period_steps", checkpoints.period_steps(), 1,
                       kMaxPeriodSteps);
  }
  if (checkpoints.has_keep_latest()) {
    scope.CheckInteger("keep_latest", checkpoints.keep_latest(), 1,
                       kMaxKeepLatest);
  }
}

void CheckFeatures(const v1::FeaturePolicy& features, const FieldScope& scope) {
  if (features.has_views()) {
    scope.CheckInteger("views", features.views(), 1, kMaxViews);
  }
}

void CheckResources(const v1::Resources& resources, const FieldScope& scope) {
  scope.CheckEnum("device_kind", resources.device_kind(),
                  v1::Resources::DeviceKind_IsValid(resources.device_kind()));
  if (resources.has_device_memory_bytes()) {
    scope.CheckInteger("device_memory_bytes", resources.device_memory_bytes(),
                       0, kMaxDeviceMemoryBytes);
  }
}

bool OnlyHeadEverTrains(const v1::JobSpec& spec) {
  if (spec.freeze().kind_case() != v1::FreezePolicy::KIND_NOT_SET) {
    return spec.freeze().has_backbone();
  }
  return spec.recipe() == v1::JobSpec::FEATURE_EXTRACTION;
}

void CheckTraining(const v1::JobSpec& spec, const FieldScope& scope) {
  CheckData(spec.data(), scope.At("data"));
  CheckSplitColumn(spec, scope);
  CheckHyperparameters(spec.hyperparameters(), scope.At("hyperparameters"));
  if (spec.has_freeze()) CheckFreezePolicy(spec.freeze(), scope.At("freeze"));
  if (spec.has_augmentation()) {
    CheckAugmentation(spec.augmentation(), scope.At("augmentation"));
    if (spec.task().has_text_classification()) {
      scope.Add("augmentation", "is for pictures: leave it out");
    }
    if (spec.augmentation().batch_case() != v1::Augmentation::BATCH_NOT_SET &&
        OnlyHeadEverTrains(spec)) {
      scope.Add("augmentation",
                "mixup and cutmix need more than the head to train: features "
                "of mixed pictures cannot be computed once");
    }
  }
  CheckEvaluation(spec.evaluation(), spec.data(), scope.At("evaluation"));
  CheckCheckpoints(spec.checkpoints(), scope.At("checkpoints"));
  scope.CheckEnum("recipe", spec.recipe(),
                  v1::JobSpec::Recipe_IsValid(spec.recipe()));
  CheckFeatures(spec.features(), scope.At("features"));
}

void CheckMeasuring(const v1::JobSpec& spec, const FieldScope& scope) {
  FieldScope data = scope.At("data");
  data.CheckName("test", spec.data().test(), ResourceKind::kDataset, true);
  CheckCleaning(spec.data().cleaning(), data.At("cleaning"));
  CheckNothingTrains(spec, scope);
}

}  // namespace

bool HasValidation(const v1::Data& data) {
  return !data.validation().empty() || !data.split_column().empty() ||
         !data.has_validation_fraction() || data.validation_fraction() != 0;
}

std::vector<FieldViolation> CheckSpec(const v1::JobSpec& spec,
                                      const std::string& prefix) {
  std::vector<FieldViolation> violations;
  FieldScope scope(prefix, &violations);
  scope.CheckName("base_model", spec.base_model(), ResourceKind::kModel, true);
  scope.CheckEnum("purpose", spec.purpose(),
                  v1::JobSpec::Purpose_IsValid(spec.purpose()));
  CheckTask(spec.task(), scope.At("task"));
  if (spec.purpose() == v1::JobSpec::EVALUATE) {
    CheckMeasuring(spec, scope);
  } else {
    CheckTraining(spec, scope);
  }
  CheckResources(spec.resources(), scope.At("resources"));
  if (spec.has_max_attempts()) {
    scope.CheckInteger("max_attempts", spec.max_attempts(), 1, kMaxAttempts);
  }
  if (spec.has_max_run_time()) CheckRunTime(spec, scope);
  return violations;
}

}  // namespace tunesmith::server
