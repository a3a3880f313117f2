#include "client/cli/commands/job_request.h"

#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/data_source.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

constexpr struct {
  std::string_view name;
  v1::JobSpec::Recipe value;
} kRecipes[] = {
    {"feature-extraction", v1::JobSpec::FEATURE_EXTRACTION},
    {"head-then-body", v1::JobSpec::FINE_TUNE_HEAD_THEN_BODY},
    {"full", v1::JobSpec::FULL},
};

std::vector<std::string> RecipeNames() {
  std::vector<std::string> names;
  for (const auto& recipe : kRecipes) names.emplace_back(recipe.name);
  return names;
}

absl::Status ParseJson(std::string_view json,
                       google::protobuf::Message& message) {
  google::protobuf::util::Status status =
      google::protobuf::util::JsonStringToMessage(
          google::protobuf::StringPiece(json.data(), json.size()), &message);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("job file is not a ", message.GetDescriptor()->name(),
                   " in protobuf JSON: ", std::string(status.message())));
}

void ResolveFile(const std::string& directory, std::string& source) {
  if (source.empty() || IsDatasetName(source)) return;
  source = (std::filesystem::path(directory) / source).string();
}

// Texts are what a job is about unless the request says pictures.
absl::Status ApplyTask(const JobFlags& flags, v1::Task& task) {
  if (task.has_image_classification()) {
    if (flags.text_column.has_value() || flags.max_length.has_value()) {
      return absl::InvalidArgumentError(
          "--text-column and --max-length are for texts, and the task is "
          "image_classification");
    }
    v1::ImageClassification& image = *task.mutable_image_classification();
    if (flags.image_column.has_value()) {
      image.set_image_column(*flags.image_column);
    }
    if (flags.label_column.has_value()) {
      image.set_label_column(*flags.label_column);
    }
    return absl::OkStatus();
  }
  if (flags.image_column.has_value()) {
    return absl::InvalidArgumentError(
        "--image-column is for pictures, and the task is text_classification");
  }
  v1::TextClassification& text = *task.mutable_text_classification();
  if (flags.text_column.has_value()) text.set_text_column(*flags.text_column);
  if (flags.label_column.has_value()) {
    text.set_label_column(*flags.label_column);
  }
  if (flags.max_length.has_value()) text.set_max_length(*flags.max_length);
  return absl::OkStatus();
}

void ApplyHyperparameters(const JobFlags& flags, v1::JobSpec& spec) {
  if (flags.epochs.has_value()) {
    spec.mutable_hyperparameters()->set_epochs(*flags.epochs);
  }
  if (flags.max_steps.has_value()) {
    spec.mutable_hyperparameters()->set_max_steps(*flags.max_steps);
  }
  if (flags.batch_size.has_value()) {
    spec.mutable_hyperparameters()->set_batch_size(*flags.batch_size);
  }
  if (flags.learning_rate.has_value()) {
    spec.mutable_hyperparameters()->set_learning_rate(*flags.learning_rate);
  }
}

}  // namespace

absl::StatusOr<v1::CreateJobRequest> ParseJobFile(
    std::string_view json, const std::string& directory) {
  google::protobuf::Struct outline;
  TUNESMITH_RETURN_IF_ERROR(ParseJson(json, outline));
  v1::CreateJobRequest request;
  if (outline.fields().contains("job")) {
    TUNESMITH_RETURN_IF_ERROR(ParseJson(json, request));
  } else {
    TUNESMITH_RETURN_IF_ERROR(ParseJson(json, *request.mutable_job()));
  }
  if (request.job().spec().has_data()) {
    v1::Data& data = *request.mutable_job()->mutable_spec()->mutable_data();
    ResolveFile(directory, *data.mutable_training());
    ResolveFile(directory, *data.mutable_validation());
    ResolveFile(directory, *data.mutable_test());
  }
  return request;
}

void AddTrainingFlags(CLI::App* command, JobFlags& flags) {
  CLI::Option* epochs =
      command->add_option("--epochs", flags.epochs, "Passes over the data");
  command->add_option("--max-steps", flags.max_steps, "Optimizer steps")
      ->excludes(epochs);
  command->add_option("--learning-rate", flags.learning_rate, "Highest rate");
  command
      ->add_option("--recipe", flags.recipe,
                   "feature-extraction, head-then-body or full: decides what "
                   "--freeze and the rates are when they are left out")
      ->check(CLI::IsMember(RecipeNames()));
  AddFreezeFlags(command, flags);
  AddAugmentFlags(command, flags);
  AddDeviceFlags(command, flags);
}

absl::Status ApplyTrainingFlags(const JobFlags& flags, v1::JobSpec& spec) {
  ApplyHyperparameters(flags, spec);
  ApplyDevice(flags, spec);
  for (const auto& recipe : kRecipes) {
    if (recipe.name == flags.recipe) spec.set_recipe(recipe.value);
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<v1::FreezePolicy> freeze,
                             FreezePolicyOf(flags));
  if (freeze.has_value()) *spec.mutable_freeze() = *freeze;
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<v1::Augmentation> augmentation,
                             AugmentationOf(flags));
  if (augmentation.has_value()) {
    *spec.mutable_augmentation() = *std::move(augmentation);
  }
  return absl::OkStatus();
}

absl::Status ApplyFlags(const JobFlags& flags, v1::CreateJobRequest& request) {
  v1::Job& job = *request.mutable_job();
  v1::JobSpec& spec = *job.mutable_spec();
  if (!flags.model.empty()) {
    spec.set_base_model(FullName("models", flags.model));
  }
  v1::Data& data = *spec.mutable_data();
  if (!flags.train.empty()) data.set_training(flags.train);
  if (!flags.validation.empty()) data.set_validation(flags.validation);
  if (!flags.test.empty()) data.set_test(flags.test);
  TUNESMITH_RETURN_IF_ERROR(ApplyTask(flags, *spec.mutable_task()));
  TUNESMITH_RETURN_IF_ERROR(ApplyTrainingFlags(flags, spec));
  if (flags.seed.has_value()) spec.set_seed(*flags.seed);
  if (flags.priority.has_value()) job.set_priority(*flags.priority);
  if (!flags.display_name.empty()) job.set_display_name(flags.display_name);
  if (!flags.job_id.empty()) request.set_job_id(flags.job_id);
  if (!flags.request_id.empty()) request.set_request_id(flags.request_id);
  if (flags.validate_only) request.set_validate_only(true);
  return absl::OkStatus();
}

}  // namespace tunesmith::cli
