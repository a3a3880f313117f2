#include "server/jobs/spec_defaults.h"

#include "server/jobs/augmentation_defaults.h"
#include "server/jobs/check_spec.h"

namespace tunesmith::server {
namespace {

using v1::CleaningPolicy;
using v1::Hyperparameters;

// The head alone starts from random values and bears, and needs, a larger
// rate than pretrained weights. Epochs of features that are computed once cost
// next to nothing.
constexpr TaskDefaults kTaskDefaults[] = {
    {.task = v1::Task::kTextClassification,
     .recipe = v1::JobSpec::FULL,
     .epochs = 3,
     .batch_size = 32,
     .learning_rate = 5e-5,
     .weight_decay = 0.01,
     .warmup_fraction = 0.1,
     .layer_decay = 1},
    {.task = v1::Task::kTextClassification,
     .recipe = v1::JobSpec::FEATURE_EXTRACTION,
     .epochs = 30,
     .batch_size = 32,
     .learning_rate = 3e-3,
     .weight_decay = 0.01,
     .warmup_fraction = 0.1,
     .layer_decay = 1},
    {.task = v1::Task::kTextClassification,
     .recipe = v1::JobSpec::FINE_TUNE_HEAD_THEN_BODY,
     .epochs = 4,
     .batch_size = 32,
     .learning_rate = 1e-4,
     .weight_decay = 0.01,
     .warmup_fraction = 0.1,
     .layer_decay = 0.8},
    {.task = v1::Task::kImageClassification,
     .recipe = v1::JobSpec::FULL,
     .epochs = 10,
     .batch_size = 32,
     .learning_rate = 2e-4,
     .weight_decay = 0.01,
     .warmup_fraction = 0.1,
     .layer_decay = 1},
    {.task = v1::Task::kImageClassification,
     .recipe = v1::JobSpec::FEATURE_EXTRACTION,
     .epochs = 30,
     .batch_size = 32,
     .learning_rate = 1e-3,
     .weight_decay = 0.01,
     .warmup_fraction = 0.1,
     .layer_decay = 1},
    {.task = v1::Task::kImageClassification,
     .recipe = v1::JobSpec::FINE_TUNE_HEAD_THEN_BODY,
     .epochs = 10,
     .batch_size = 32,
     .learning_rate = 5e-4,
     .weight_decay = 0.01,
     .warmup_fraction = 0.1,
     .layer_decay = 0.8},
};

// Families whose pretrained weights bear another rate than most.
constexpr struct {
  std::string_view family;
  // What the rate of the table is multiplied by, where more than the head
  // trains.
  double factor;
} kFamilyFactors[] = {
    // Without normalisation.
    {"squeezenet", 0.5},
    // Transformers.
    {"vit", 0.25},
};

constexpr int kHeadFirstEpochs = 1;
constexpr int kAugmentedViews = 4;
constexpr double kValidationFraction = 0.1;
constexpr double kMaxDroppedFraction = 0.01;
constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;
constexpr double kMaxGradientNorm = 1.0;
// Those of torch's OneCycleLR.
constexpr double kOneCycleWarmupFraction = 0.3;
constexpr double kInitialDivisor = 25;
constexpr double kFinalDivisor = 1e4;
constexpr int kPatience = 2;
constexpr int64_t kSeed = 42;
constexpr int kMaxAttempts = 3;
constexpr int64_t kCheckpointPeriodSeconds = 300;
constexpr int kKeepLatest = 2;

void FillColumns(v1::Task& task) {
  if (task.has_text_classification()) {
    v1::TextClassification& text = *task.mutable_text_classification();
    if (!text.has_text_column()) text.set_text_column(kDefaultTextColumn);
    if (!text.has_label_column()) text.set_label_column(kDefaultLabelColumn);
  } else if (task.has_image_classification()) {
    v1::ImageClassification& image = *task.mutable_image_classification();
    if (!image.has_image_column()) image.set_image_column(kDefaultImageColumn);
    if (!image.has_label_column()) image.set_label_column(kDefaultLabelColumn);
  }
}

// A table without entries: every class has weight 1.
void FillClassWeights(v1::Task& task) {
  if (task.has_text_classification() &&
      !task.text_classification().has_class_weights()) {
    task.mutable_text_classification()
        ->mutable_class_weights()
        ->mutable_table();
  }
  if (task.has_image_classification() &&
      !task.image_classification().has_class_weights()) {
    task.mutable_image_classification()
        ->mutable_class_weights()
        ->mutable_table();
  }
}

void FillCleaning(CleaningPolicy& cleaning) {
  if (!cleaning.incomplete_rows()) {
    cleaning.set_incomplete_rows(CleaningPolicy::DROP_ROW);
  }
  if (!cleaning.invalid_utf8()) {
    cleaning.set_invalid_utf8(CleaningPolicy::DROP_ROW);
  }
  if (!cleaning.malformed_rows()) {
    cleaning.set_malformed_rows(CleaningPolicy::FAIL);
  }
  if (!cleaning.unreadable_images()) {
    cleaning.set_unreadable_images(CleaningPolicy::DROP_ROW);
  }
  if (!cleaning.has_max_dropped_fraction()) {
    cleaning.set_max_dropped_fraction(kMaxDroppedFraction);
  }
  if (!cleaning.label_normalization()) {
    cleaning.set_label_normalization(CleaningPolicy::NONE);
  }
}

void FillData(v1::Data& data, bool of_images) {
  if (!data.validation().empty()) {
    data.set_validation_fraction(0);
  } else if (!data.has_validation_fraction()) {
    data.set_validation_fraction(kValidationFraction);
  }
  FillCleaning(*data.mutable_cleaning());
  if (!data.has_group_duplicates()) data.set_group_duplicates(true);
  if (!data.order()) {
    data.set_order(of_images ? v1::Data::SHUFFLED : v1::Data::LENGTH_GROUPED);
  }
}

void FillAdamW(Hyperparameters::AdamW& adamw) {
  if (!adamw.has_beta1()) adamw.set_beta1(kBeta1);
  if (!adamw.has_beta2()) adamw.set_beta2(kBeta2);
  if (!adamw.has_epsilon()) adamw.set_epsilon(kEpsilon);
}

void FillSchedule(Hyperparameters& values, const TaskDefaults& defaults) {
  if (!values.has_schedule()) values.mutable_schedule()->mutable_linear();
  bool one_cycle = values.schedule().has_one_cycle();
  if (!values.has_warmup_fraction()) {
    values.set_warmup_fraction(one_cycle ? kOneCycleWarmupFraction
                                         : defaults.warmup_fraction);
  }
  if (!one_cycle) return;
  auto& cycle = *values.mutable_schedule()->mutable_one_cycle();
  if (!cycle.has_initial_divisor()) cycle.set_initial_divisor(kInitialDivisor);
  if (!cycle.has_final_divisor()) cycle.set_final_divisor(kFinalDivisor);
}

void FillHyperparameters(Hyperparameters& values,
                         const TaskDefaults& defaults) {
  if (values.duration_case() == Hyperparameters::DURATION_NOT_SET) {
    values.set_epochs(defaults.epochs);
  }
  if (!values.has_batch_size()) values.set_batch_size(defaults.batch_size);
  if (!values.has_weight_decay()) {
    values.set_weight_decay(defaults.weight_decay);
  }
  FillAdamW(*values.mutable_adamw());
  FillSchedule(values, defaults);
  if (!values.has_layer_decay()) values.set_layer_decay(defaults.layer_decay);
  if (!values.has_max_gradient_norm()) {
    values.set_max_gradient_norm(kMaxGradientNorm);
  }
  if (!values.has_label_smoothing()) values.set_label_smoothing(0);
  if (!values.precision()) values.set_precision(Hyperparameters::AUTO);
  if (!values.has_deterministic()) values.set_deterministic(true);
}

void FillRecipe(v1::JobSpec& spec) {
  if (spec.freeze().kind_case() != v1::FreezePolicy::KIND_NOT_SET) {
    if (!spec.recipe()) spec.set_recipe(RecipeOf(spec.freeze()));
    return;
  }
  if (!spec.recipe()) spec.set_recipe(v1::JobSpec::FULL);
  v1::FreezePolicy& freeze = *spec.mutable_freeze();
  switch (spec.recipe()) {
    case v1::JobSpec::FEATURE_EXTRACTION:
      freeze.mutable_backbone();
      break;
    case v1::JobSpec::FINE_TUNE_HEAD_THEN_BODY:
      freeze.mutable_head_first();
      break;
    default:
      freeze.mutable_none();
  }
}

void FillFreeze(v1::FreezePolicy& freeze) {
  if (freeze.has_head_first() && !freeze.head_first().has_epochs()) {
    freeze.mutable_head_first()->set_epochs(kHeadFirstEpochs);
  }
  if (freeze.has_first_layers() && !freeze.first_layers().has_embeddings()) {
    freeze.mutable_first_layers()->set_embeddings(true);
  }
  if (freeze.has_gradual_unfreezing()) {
    auto& gradual = *freeze.mutable_gradual_unfreezing();
    if (!gradual.has_epochs_per_stage()) gradual.set_epochs_per_stage(1);
    if (!gradual.has_layers_per_stage()) gradual.set_layers_per_stage(1);
    if (!gradual.has_embeddings()) gradual.set_embeddings(true);
  }
}

void FillEvaluation(v1::EvaluationPolicy& evaluation, bool has_validation) {
  if (!evaluation.has_baseline()) evaluation.set_baseline(true);
  if (!evaluation.primary_metric()) {
    evaluation.set_primary_metric(v1::EvaluationPolicy::ACCURACY);
  }
  if (!evaluation.has_keep_best()) evaluation.set_keep_best(has_validation);
  if (evaluation.has_early_stopping()) {
    auto& stopping = *evaluation.mutable_early_stopping();
    if (!stopping.has_patience()) stopping.set_patience(kPatience);
    if (!stopping.has_min_delta()) stopping.set_min_delta(0);
  }
}

void FillCheckpoints(v1::CheckpointPolicy& checkpoints) {
  if (checkpoints.interval_case() == v1::CheckpointPolicy::INTERVAL_NOT_SET) {
    checkpoints.mutable_period()->set_seconds(kCheckpointPeriodSeconds);
  }
  if (!checkpoints.has_keep_latest()) checkpoints.set_keep_latest(kKeepLatest);
  if (!checkpoints.has_at_end()) checkpoints.set_at_end(true);
}

void FillResources(v1::Resources& resources) {
  if (!resources.has_device_memory_bytes()) {
    resources.set_device_memory_bytes(0);
  }
}

void FillFeatures(v1::JobSpec& spec) {
  v1::FeaturePolicy& features = *spec.mutable_features();
  if (!features.has_views()) {
    features.set_views(IsVaried(spec.augmentation()) ? kAugmentedViews : 1);
  }
  if (!features.has_cache()) features.set_cache(true);
}

}  // namespace

const TaskDefaults& DefaultsFor(v1::Task::KindCase task,
                                v1::JobSpec::Recipe recipe) {
  for (const TaskDefaults& row : kTaskDefaults) {
    if (row.task == task && row.recipe == recipe) return row;
  }
  return kTaskDefaults[0];
}

v1::JobSpec::Recipe RecipeOf(const v1::FreezePolicy& freeze) {
  if (freeze.has_backbone()) return v1::JobSpec::FEATURE_EXTRACTION;
  if (freeze.has_head_first()) return v1::JobSpec::FINE_TUNE_HEAD_THEN_BODY;
  return v1::JobSpec::FULL;
}

void FillDefaults(v1::JobSpec& spec) {
  FillRecipe(spec);
  FillFreeze(*spec.mutable_freeze());
  FillColumns(*spec.mutable_task());
  FillClassWeights(*spec.mutable_task());
  FillData(*spec.mutable_data(), spec.task().has_image_classification());
  FillHyperparameters(*spec.mutable_hyperparameters(),
                      DefaultsFor(spec.task().kind_case(), spec.recipe()));
  if (spec.task().has_image_classification() && !spec.has_augmentation()) {
    *spec.mutable_augmentation() =
        DefaultAugmentation(spec.freeze().has_backbone());
  }
  if (spec.has_augmentation()) FillAugmentation(*spec.mutable_augmentation());
  FillEvaluation(*spec.mutable_evaluation(), HasValidation(spec.data()));
  FillCheckpoints(*spec.mutable_checkpoints());
  FillFeatures(spec);
  FillResources(*spec.mutable_resources());
  if (!spec.purpose()) spec.set_purpose(v1::JobSpec::FINE_TUNE);
  if (!spec.has_seed()) spec.set_seed(kSeed);
  if (!spec.has_max_attempts()) spec.set_max_attempts(kMaxAttempts);
}

void FillMeasuringDefaults(v1::JobSpec& spec) {
  FillColumns(*spec.mutable_task());
  FillCleaning(*spec.mutable_data()->mutable_cleaning());
  FillResources(*spec.mutable_resources());
  if (!spec.has_max_attempts()) spec.set_max_attempts(kMaxAttempts);
}

void FillLearningRate(v1::JobSpec& spec, v1::JobSpec::Recipe recipe,
                      std::string_view family) {
  Hyperparameters& values = *spec.mutable_hyperparameters();
  if (values.has_learning_rate()) return;
  double rate = DefaultsFor(spec.task().kind_case(), recipe).learning_rate;
  for (const auto& row : kFamilyFactors) {
    if (recipe != v1::JobSpec::FEATURE_EXTRACTION && row.family == family) {
      rate *= row.factor;
    }
  }
  values.set_learning_rate(rate);
}

}  // namespace tunesmith::server
