#include "client/cli/commands/class_weight_flags.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tunesmith::cli {

void AddClassWeightFlags(CLI::App* command, ClassWeightFlags& flags) {
  command
      ->add_option("--class-weights", flags.class_weights,
                   "Of the loss: balanced (rare classes count more), or "
                   "LABEL=WEIGHT (may be repeated). Default: all 1")
      ->allow_extra_args(false);
}

absl::StatusOr<std::optional<v1::ClassWeights>> ClassWeightsOf(
    const ClassWeightFlags& flags) {
  if (flags.class_weights.empty()) return std::nullopt;
  v1::ClassWeights weights;
  if (flags.class_weights == std::vector<std::string>{"balanced"}) {
    weights.mutable_balanced();
    return weights;
  }
  for (const std::string& text : flags.class_weights) {
    // A label may hold the sign, a number cannot.
    const size_t sign = text.rfind('=');
    v1::ClassWeights::Weight& weight = *weights.mutable_table()->add_weights();
    double value = 0;
    if (sign == std::string::npos || sign == 0 ||
        !absl::SimpleAtod(text.substr(sign + 1), &value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--class-weights takes balanced alone, or LABEL=WEIGHT "
                       "such as spam=3: ",
                       text));
    }
    weight.set_label(text.substr(0, sign));
    weight.set_weight(value);
  }
  return weights;
}

}  // namespace tunesmith::cli
