#include "client/cli/commands/evaluation_flags.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands/choice.h"
#include "client/cli/commands/command_options.h"
#include "google/protobuf/util/time_util.h"
#include "proto/contract/base/duration_text.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

using v1::EvaluationPolicy;

constexpr Choice<EvaluationPolicy::Metric> kMetrics[] = {
    {"accuracy", EvaluationPolicy::ACCURACY},
    {"macro-f1", EvaluationPolicy::MACRO_F1},
    {"weighted-f1", EvaluationPolicy::WEIGHTED_F1},
    {"loss", EvaluationPolicy::LOSS},
};

absl::Status ApplyEarlyStopping(const std::string& text,
                                EvaluationPolicy& evaluation) {
  const size_t colon = text.find(':');
  int patience = 0;
  double min_delta = 0;
  bool readable = absl::SimpleAtoi(text.substr(0, colon), &patience);
  if (colon != std::string::npos) {
    readable &= absl::SimpleAtod(text.substr(colon + 1), &min_delta);
  }
  if (!readable) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--early-stopping takes EPOCHS or EPOCHS:MIN_DELTA, such as 3 or "
        "3:0.001: ",
        text));
  }
  auto& stopping = *evaluation.mutable_early_stopping();
  stopping.set_patience(patience);
  if (colon != std::string::npos) stopping.set_min_delta(min_delta);
  return absl::OkStatus();
}

}  // namespace

void AddEvaluationFlags(CLI::App* command, EvaluationFlags& flags) {
  command
      ->add_option("--primary-metric", flags.primary_metric,
                   "Decides which epoch is the best: accuracy (the default), "
                   "macro-f1, weighted-f1 or loss")
      ->check(OneOf(kMetrics));
  command->add_option("--early-stopping", flags.early_stopping,
                      "End after so many epochs without a better primary "
                      "metric: EPOCHS or EPOCHS:MIN_DELTA. Default: never");
  command->add_option("--keep-best", flags.keep_best,
                      "Whether the result is the best epoch and not the last "
                      "one: true or false. Default: true with validation data");
  command->add_option("--checkpoint-retention", flags.checkpoint_retention,
                      "How long checkpoints stay after the job's end, such as "
                      "7d, 12h or 0. Default: the server's");
}

absl::Status ApplyEvaluation(const EvaluationFlags& flags, v1::JobSpec& spec) {
  if (auto metric = Chosen(kMetrics, flags.primary_metric)) {
    spec.mutable_evaluation()->set_primary_metric(*metric);
  }
  if (!flags.early_stopping.empty()) {
    TUNESMITH_RETURN_IF_ERROR(
        ApplyEarlyStopping(flags.early_stopping, *spec.mutable_evaluation()));
  }
  if (flags.keep_best.has_value()) {
    spec.mutable_evaluation()->set_keep_best(*flags.keep_best);
  }
  if (!flags.checkpoint_retention.empty()) {
    absl::StatusOr<absl::Duration> retention =
        ParseDurationText(flags.checkpoint_retention);
    if (!retention.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--checkpoint-retention: ", retention.status().message()));
    }
    *spec.mutable_checkpoints()->mutable_retention() =
        google::protobuf::util::TimeUtil::SecondsToDuration(
            absl::ToInt64Seconds(*retention));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::cli
