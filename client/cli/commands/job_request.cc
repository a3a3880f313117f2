#include "client/cli/commands/job_request.h"

#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/choice.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/data_source.h"
#include "client/cli/commands/unknown_keys.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

constexpr Choice<v1::JobSpec::Recipe> kRecipes[] = {
    {"feature-extraction", v1::JobSpec::FEATURE_EXTRACTION},
    {"head-then-body", v1::JobSpec::FINE_TUNE_HEAD_THEN_BODY},
    {"full", v1::JobSpec::FULL},
};

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

absl::Status IsFor(const char* flags, const char* samples, const char* task) {
  return absl::InvalidArgumentError(
      absl::StrCat(flags, " for ", samples, ", and the task is ", task));
}

template <typename Task>
absl::Status ApplyClassification(const JobFlags& flags, Task& task) {
  if (flags.label_column.has_value()) {
    task.set_label_column(*flags.label_column);
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<v1::ClassWeights> weights,
                             ClassWeightsOf(flags));
  if (weights.has_value()) *task.mutable_class_weights() = *std::move(weights);
  return absl::OkStatus();
}

// Texts are what a job is about unless the request says pictures.
absl::Status ApplyTask(const JobFlags& flags, v1::Task& task) {
  if (task.has_image_classification()) {
    if (flags.text_column.has_value() || flags.max_length.has_value()) {
      return IsFor("--text-column and --max-length are", "texts",
                   "image_classification");
    }
    v1::ImageClassification& image = *task.mutable_image_classification();
    if (flags.image_column.has_value()) {
      image.set_image_column(*flags.image_column);
    }
    if (flags.image_size.has_value()) image.set_image_size(*flags.image_size);
    return ApplyClassification(flags, image);
  }
  if (flags.image_column.has_value() || flags.image_size.has_value()) {
    return IsFor("--image-column and --image-size are", "pictures",
                 "text_classification");
  }
  v1::TextClassification& text = *task.mutable_text_classification();
  if (flags.text_column.has_value()) text.set_text_column(*flags.text_column);
  if (flags.max_length.has_value()) text.set_max_length(*flags.max_length);
  return ApplyClassification(flags, text);
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
  if (flags.label_smoothing.has_value()) {
    spec.mutable_hyperparameters()->set_label_smoothing(*flags.label_smoothing);
  }
}

}  // namespace

absl::StatusOr<v1::CreateJobRequest> ParseJobFile(
    std::string_view json, const std::string& directory) {
  google::protobuf::Struct outline;
  TUNESMITH_RETURN_IF_ERROR(ParseJson(json, outline));
  v1::CreateJobRequest request;
  const bool whole = outline.fields().contains("job");
  std::string unknown =
      UnknownKey(outline, whole ? *v1::CreateJobRequest::descriptor()
                                : *v1::Job::descriptor());
  if (!unknown.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("job file: ", unknown));
  }
  if (whole) {
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

void AddSampleFlags(CLI::App* command, JobFlags& flags) {
  command->add_option("--text-column", flags.text_column, "Default: text");
  command->add_option("--image-column", flags.image_column, "Default: image");
  command->add_option("--label-column", flags.label_column, "Default: label");
  command->add_option("--max-length", flags.max_length,
                      "Tokens that a text is cut to");
  command->add_option("--image-size", flags.image_size,
                      "Pixels of each side of what the network is given. "
                      "Default: the model's");
}

void AddNameFlags(CLI::App* command, JobFlags& flags) {
  command->add_option("--name", flags.job_id,
                      "Last part of the job's name. Default: made up");
  command->add_option("--display-name", flags.display_name, "For people");
  command->add_option("--priority", flags.priority,
                      "-1000 to 1000; a point is worth an hour of waiting");
  command->add_option("--preempts", flags.preempts,
                      "true or false: where all slots are in use, takes that "
                      "of a job of yours that would come later, which goes on "
                      "in its turn");
}

void AddTrainingFlags(CLI::App* command, JobFlags& flags) {
  InGroup(command, "Training", [&] {
    CLI::Option* epochs =
        command->add_option("--epochs", flags.epochs, "Passes over the data");
    command->add_option("--max-steps", flags.max_steps, "Optimizer steps")
        ->excludes(epochs);
    command->add_option("--learning-rate", flags.learning_rate, "Highest rate");
    command->add_option("--label-smoothing", flags.label_smoothing,
                        "Share of the target that goes to all classes, 0 to "
                        "0.5. Default: 0");
    command
        ->add_option("--recipe", flags.recipe,
                     "feature-extraction, head-then-body or full: decides "
                     "what --freeze and the rates are when they are left out")
        ->check(OneOf(kRecipes));
    AddFreezeFlags(command, flags);
    AddAugmentFlags(command, flags);
  });
  InGroup(command, "Best weights and checkpoints",
          [&] { AddEvaluationFlags(command, flags); });
  InGroup(command, "Device", [&] { AddDeviceFlags(command, flags); });
}

absl::Status ApplyTrainingFlags(const JobFlags& flags, v1::JobSpec& spec) {
  ApplyHyperparameters(flags, spec);
  ApplyDevice(flags, spec);
  TUNESMITH_RETURN_IF_ERROR(ApplyEvaluation(flags, spec));
  if (auto recipe = Chosen(kRecipes, flags.recipe)) spec.set_recipe(*recipe);
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

void ApplySources(const JobFlags& flags, v1::Data& data) {
  if (!flags.train.empty()) data.set_training(flags.train);
  if (!flags.validation.empty()) data.set_validation(flags.validation);
  if (!flags.test.empty()) data.set_test(flags.test);
}

absl::Status ApplyFlags(const JobFlags& flags, v1::CreateJobRequest& request) {
  v1::Job& job = *request.mutable_job();
  v1::JobSpec& spec = *job.mutable_spec();
  if (!flags.model.empty()) {
    spec.set_base_model(FullName("models", flags.model));
  }
  ApplyData(flags, *spec.mutable_data());
  TUNESMITH_RETURN_IF_ERROR(ApplyTask(flags, *spec.mutable_task()));
  TUNESMITH_RETURN_IF_ERROR(ApplyTrainingFlags(flags, spec));
  if (flags.seed.has_value()) spec.set_seed(*flags.seed);
  if (flags.priority.has_value()) job.set_priority(*flags.priority);
  if (flags.preempts.has_value()) job.set_preempts(*flags.preempts);
  if (!flags.display_name.empty()) job.set_display_name(flags.display_name);
  if (!flags.job_id.empty()) request.set_job_id(flags.job_id);
  if (!flags.request_id.empty()) request.set_request_id(flags.request_id);
  if (flags.validate_only) request.set_validate_only(true);
  return absl::OkStatus();
}

}  // namespace tunesmith::cli
