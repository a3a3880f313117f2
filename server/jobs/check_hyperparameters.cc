#include "server/jobs/check_spec.h"

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
  // A kind that this server does not know arrives as none: no default then.
  if (values.has_schedule() && values.schedule().kind_case() ==
                                   Hyperparameters::Schedule::KIND_NOT_SET) {
    scope.Add("schedule", "set one of: linear, cosine, constant");
  }
  if (values.has_warmup_fraction()) {
    scope.CheckNumber("warmup_fraction", values.warmup_fraction(), kShare);
  }
  CheckRegularization(values, scope);
  scope.CheckEnum("precision", values.precision(),
                  Hyperparameters::Precision_IsValid(values.precision()));
}

}  // namespace tunesmith::server
