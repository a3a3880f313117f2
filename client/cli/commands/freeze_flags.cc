#include "client/cli/commands/freeze_flags.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

constexpr char kForms[] =
    "none, backbone, first:N, last:N, head-first, gradual, or patterns such as "
    "'bert.embeddings.*'";

absl::Status Unusable(const std::string& value) {
  return absl::InvalidArgumentError(
      absl::StrCat("--freeze takes ", kForms, ": ", value));
}

// The policy that a single word stands for; nullopt when it is none.
absl::StatusOr<std::optional<v1::FreezePolicy>> NamedPolicy(
    const std::string& value) {
  v1::FreezePolicy policy;
  if (value == "none") {
    policy.mutable_none();
    return policy;
  }
  if (value == "backbone") {
    policy.mutable_backbone();
    return policy;
  }
  if (value == "gradual") {
    policy.mutable_gradual_unfreezing();
    return policy;
  }
  if (value == "head-first") {
    policy.mutable_head_first();
    return policy;
  }
  const bool first = absl::StartsWith(value, "first:");
  if (!first && !absl::StartsWith(value, "last:")) return std::nullopt;
  int count = 0;
  if (!absl::SimpleAtoi(value.substr(value.find(':') + 1), &count) ||
      count < 0) {
    return Unusable(value);
  }
  if (first) {
    policy.mutable_first_layers()->set_count(count);
  } else {
    policy.mutable_last_layers_trainable()->set_count(count);
  }
  return policy;
}

// What --freeze and --trainable say.
absl::StatusOr<std::optional<v1::FreezePolicy>> PolicyOfWords(
    const FreezeFlags& flags) {
  if (flags.freeze.empty() && flags.trainable.empty()) return std::nullopt;
  v1::FreezePolicy patterns;
  for (const std::string& value : flags.freeze) {
    absl::StatusOr<std::optional<v1::FreezePolicy>> named = NamedPolicy(value);
    if (!named.ok()) return named;
    if (named->has_value()) {
      if (flags.freeze.size() == 1 && flags.trainable.empty()) return named;
      return absl::InvalidArgumentError(absl::StrCat(
          "--freeze ", value, " cannot be combined with patterns"));
    }
    // Every parameter's name has a dot: a word without one is a typing error.
    if (value.find_first_of("*?.") == std::string::npos) return Unusable(value);
    patterns.mutable_patterns()->add_frozen(value);
  }
  for (const std::string& value : flags.trainable) {
    patterns.mutable_patterns()->add_trainable(value);
  }
  return patterns;
}

}  // namespace

void AddFreezeFlags(CLI::App* command, FreezeFlags& flags) {
  command
      ->add_option(
          "--freeze", flags.freeze,
          absl::StrCat("What stays as it is: ", kForms, " (may be repeated)"))
      ->allow_extra_args(false);
  command
      ->add_option("--trainable", flags.trainable,
                   "Patterns of parameters that train although a --freeze "
                   "pattern matches; alone: nothing else trains")
      ->allow_extra_args(false);
  CLI::Option* frozen = command->add_flag_callback(
      "--freeze-normalization", [&flags] { flags.normalization = true; },
      "Batch normalisation stays as it is, in layers that train as well. "
      "Default: as the model needs it");
  command
      ->add_flag_callback(
          "--train-normalization", [&flags] { flags.normalization = false; },
          "It trains where its layer does")
      ->excludes(frozen);
}

absl::StatusOr<std::optional<v1::FreezePolicy>> FreezePolicyOf(
    const FreezeFlags& flags) {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<v1::FreezePolicy> policy,
                             PolicyOfWords(flags));
  if (flags.normalization.has_value()) {
    if (!policy.has_value()) policy.emplace();
    policy->set_normalization(*flags.normalization);
  }
  return policy;
}

}  // namespace tunesmith::cli
