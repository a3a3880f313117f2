#include "absl/strings/str_cat.h"
#include "server/jobs/check_spec.h"
#include "server/jobs/parameter_pattern.h"

namespace tunesmith::server {
namespace {

using v1::Hyperparameters;

constexpr Bounds kEpochs = {.low = 0, .high = 1000, .without_low = true};
constexpr int64_t kMaxSteps = 10'000'000;
constexpr int64_t kMaxBatchSize = 65'536;
constexpr Bounds kLearningRate = {.low = 0, .high = 10, .without_low = true};
constexpr Bounds kShare = {.low = 0, .high = 1};
constexpr Bounds kBeta = {.low = 0, .high = 1, .without_high = true};
constexpr Bounds kEpsilon = {.low = 0, .high = 0.1, .without_low = true};
constexpr Bounds kGradientNorm = {.low = 0, .high = 1e6};
constexpr Bounds kLabelSmoothing = {.low = 0, .high = 0.5};
constexpr Bounds kInitialDivisor = {.low = 1, .high = 1e6};
constexpr Bounds kFinalDivisor = {.low = 1, .high = 1e9};
constexpr Bounds kLayerDecay = {.low = 0, .high = 1, .without_low = true};
constexpr Bounds kFactor = {.low = 0, .high = 1000, .without_low = true};
constexpr int kMaxLearningRateGroups = 64;
constexpr Bounds kDropout = {.low = 0, .high = 0.9};

void CheckDuration(const Hyperparameters& values, const FieldScope& scope) {
  switch (values.duration_case()) {
    case Hyperparameters::kEpochs:
      scope.CheckNumber("epochs", values.epochs(), kEpochs);
      break;
    case Hyperparameters::kMaxSteps:
      scope.CheckInteger("max_steps", values.max_steps(), 1, kMaxSteps);
      break;
    case Hyperparameters::DURATION_NOT_SET:
      break;
  }
}

void CheckAdamW(const Hyperparameters::AdamW& adamw, const FieldScope& scope) {
  if (adamw.has_beta1()) scope.CheckNumber("beta1", adamw.beta1(), kBeta);
  if (adamw.has_beta2()) scope.CheckNumber("beta2", adamw.beta2(), kBeta);
  if (adamw.has_epsilon()) {
    scope.CheckNumber("epsilon", adamw.epsilon(), kEpsilon);
  }
}

void CheckSchedule(const Hyperparameters::Schedule& schedule,
                   const FieldScope& scope) {
  // A kind that this server does not know arrives as none: no default then.
  if (schedule.kind_case() == Hyperparameters::Schedule::KIND_NOT_SET) {
    scope.Add("", "set one of: linear, cosine, constant, one_cycle");
  }
  const auto& cycle = schedule.one_cycle();
  if (cycle.has_initial_divisor()) {
    scope.At("one_cycle")
        .CheckNumber("initial_divisor", cycle.initial_divisor(),
                     kInitialDivisor);
  }
  if (cycle.has_final_divisor()) {
    scope.At("one_cycle")
        .CheckNumber("final_divisor", cycle.final_divisor(), kFinalDivisor);
  }
}

void CheckRegularization(const Hyperparameters& values,
                         const FieldScope& scope) {
  if (values.has_weight_decay()) {
    scope.CheckNumber("weight_decay", values.weight_decay(), kShare);
  }
  if (values.has_max_gradient_norm()) {
    scope.CheckNumber("max_gradient_norm", values.max_gradient_norm(),
                      kGradientNorm);
  }
  if (values.has_label_smoothing()) {
    scope.CheckNumber("label_smoothing", values.label_smoothing(),
                      kLabelSmoothing);
  }
  if (values.has_dropout()) {
    scope.CheckNumber("dropout", values.dropout(), kDropout);
  }
}

}  // namespace

void CheckLearningRates(const Hyperparameters& values,
                        const FieldScope& scope) {
  if (values.has_layer_decay()) {
    scope.CheckNumber("layer_decay", values.layer_decay(), kLayerDecay);
  }
  if (values.learning_rate_groups_size() > kMaxLearningRateGroups) {
    scope.Add("learning_rate_groups",
              absl::StrCat("must be at most ", kMaxLearningRateGroups,
                           ", got: ", values.learning_rate_groups_size()));
    return;
  }
  for (int i = 0; i < values.learning_rate_groups_size(); ++i) {
    FieldScope group = scope.At("learning_rate_groups", i);
    CheckPattern(values.learning_rate_groups(i).pattern(), group.At("pattern"));
    group.CheckNumber("factor", values.learning_rate_groups(i).factor(),
                      kFactor);
  }
}

void CheckHyperparameters(const Hyperparameters& values,
                          const FieldScope& scope) {
  CheckDuration(values, scope);
  if (values.has_batch_size()) {
    scope.CheckInteger("batch_size", values.batch_size(), 1, kMaxBatchSize);
  }
  if (values.has_learning_rate()) {
    scope.CheckNumber("learning_rate", values.learning_rate(), kLearningRate);
  }
  CheckAdamW(values.adamw(), scope.At("adamw"));
  if (values.has_schedule()) {
    CheckSchedule(values.schedule(), scope.At("schedule"));
  }
  CheckLearningRates(values, scope);
  if (values.has_warmup_fraction()) {
    scope.CheckNumber("warmup_fraction", values.warmup_fraction(), kShare);
  }
  CheckRegularization(values, scope);
  scope.CheckEnum("precision", values.precision(),
                  Hyperparameters::Precision_IsValid(values.precision()));
}

}  // namespace tunesmith::server
