#include "client/cli/commands/job_filter_flags.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {

void AddJobFilterFlags(CLI::App* command, JobFilterFlags& flags) {
  command
      ->add_option("--state", flags.states,
                   "Only jobs in this state; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--label", flags.labels,
                   "Only jobs with this label, KEY=VALUE; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--model", flags.base_model,
                      "Only jobs that start from it: models/ID or ID");
  command->add_option("--dataset", flags.dataset,
                      "Only jobs that read it: datasets/ID or ID");
}

absl::Status ApplyJobFilter(const JobFilterFlags& flags,
                            v1::JobFilter& filter) {
  for (const std::string& name : flags.states) {
    v1::Job::State state;
    if (!v1::Job::State_Parse(absl::AsciiStrToUpper(name), &state)) {
      return absl::InvalidArgumentError(absl::StrCat("unknown state: ", name));
    }
    filter.add_states(state);
  }
  TUNESMITH_RETURN_IF_ERROR(
      ApplyLabels(flags.labels, *filter.mutable_labels()));
  if (!flags.base_model.empty()) {
    filter.set_base_model(FullName("models", flags.base_model));
  }
  if (!flags.dataset.empty()) {
    filter.set_dataset(FullName("datasets", flags.dataset));
  }
  return absl::OkStatus();
}

absl::Status ApplyLabels(
    const std::vector<std::string>& words,
    google::protobuf::Map<std::string, std::string>& labels) {
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--label takes KEY=VALUE, got: ", word));
    }
    labels[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::cli
