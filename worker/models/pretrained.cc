#include "worker/models/pretrained.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/json_file.h"
#include "worker/models/config_labels.h"
#include "worker/models/config_reader.h"
#include "worker/models/family_list.h"
#include "worker/models/parameter_values.h"
#include "worker/models/text_encoder.h"

namespace tunesmith::worker {
namespace {

constexpr char kConfigFile[] = "config.json";

absl::StatusOr<nlohmann::json> ReadConfig(const std::string& directory) {
  absl::StatusOr<nlohmann::json> config =
      ReadJsonFile((std::filesystem::path(directory) / kConfigFile).string());
  if (absl::IsNotFound(config.status())) {
    return ReasonedError(absl::StatusCode::kInvalidArgument,
                         "MODEL_FILE_MISSING", "missing file: config.json");
  }
  if (!config.ok()) {
    return UnsupportedModelError(std::string(config.status().message()));
  }
  if (!config->is_object()) {
    return UnsupportedModelError("config.json: not an object");
  }
  return config;
}

std::vector<ParameterDescription> ParametersOf(const Encoder& encoder,
                                               const ModelFamily& family) {
  std::vector<ParameterDescription> parameters;
  for (const auto& item : encoder.named_parameters()) {
    ParameterDescription& parameter = parameters.emplace_back();
    parameter.name = family.naming().prefix + item.key();
    parameter.shape = item.value().sizes().vec();
    family.Locate(parameter);
  }
  return parameters;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PretrainedModel>> PretrainedModel::Open(
    const std::string& directory) {
  std::unique_ptr<PretrainedModel> model(new PretrainedModel());
  TUNESMITH_ASSIGN_OR_RETURN(model->config_, ReadConfig(directory));
  ConfigReader reader(model->config_);
  std::string model_type = reader.Text("model_type", "");
  TUNESMITH_RETURN_IF_ERROR(reader.status());
  TUNESMITH_ASSIGN_OR_RETURN(model->family_, FindModelFamily(model_type));
  TUNESMITH_ASSIGN_OR_RETURN(model->weights_, WeightFiles::Open(directory));
  TUNESMITH_RETURN_IF_ERROR(model->Describe());
  return model;
}

absl::Status PretrainedModel::Describe() {
  // On the meta device a network has names and shapes but no memory, whatever
  // sizes the config claims.
  TUNESMITH_ASSIGN_OR_RETURN(
      std::shared_ptr<Encoder> encoder,
      family_->MakeEncoder(
          config_, {.tensors = at::TensorOptions(at::kMeta), .dropout = {}}));
  const WeightNaming& naming = family_->naming();
  const EncoderFacts& facts = encoder->facts();
  ModelDescription& d = description_;
  d.family = std::string(family_->name());
  d.parameters = ParametersOf(*encoder, *family_);
  TUNESMITH_ASSIGN_OR_RETURN(
      match_, MatchWeights(d.parameters, weights_->tensors(), naming));
  d.text_classification_head = {
      {naming.head + ".weight", {0, facts.width}, ParameterBlock::kHead, {}},
      {naming.head + ".bias", {0}, ParameterBlock::kHead, {}}};
  for (const ParameterDescription& parameter : d.parameters) {
    int64_t count = 1;
    for (int64_t extent : parameter.shape) count *= extent;
    d.parameter_count += count;
  }
  d.size_bytes = weights_->size_bytes();
  d.dtype = std::string(TensorTypeName(match_.sources.begin()->second->type));
  if (auto text = std::dynamic_pointer_cast<TextEncoder>(encoder)) {
    d.max_sequence_length = static_cast<int>(text->facts().max_sequence_length);
  }
  d.layer_count = facts.layer_count;
  d.dropout = facts.dropout;
  d.ignored_tensors = match_.ignored_tensors;
  d.new_parameters = match_.new_parameters;
  if (match_.head_weight != nullptr &&
      match_.head_weight->shape[1] == facts.width) {
    d.head_labels = LabelsOfConfig(config_, match_.head_weight->shape[0]);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Encoder>> PretrainedModel::LoadEncoder(
    at::Device device, std::optional<double> dropout, int64_t seed) const {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::shared_ptr<Encoder> encoder,
      family_->MakeEncoder(
          config_, {.tensors = at::TensorOptions(at::kFloat).device(device),
                    .dropout = dropout}));
  for (const auto& item : encoder->named_parameters()) {
    std::string name = family_->naming().prefix + item.key();
    if (auto source = match_.sources.find(name);
        source != match_.sources.end()) {
      CopyStoredTensor(*source->second, item.value());
    } else {
      InitializeParameter(name, item.value(),
                          encoder->facts().initializer_range, seed);
    }
  }
  return encoder;
}

Linear PretrainedModel::LoadClassifier(const Encoder& encoder,
                                       const std::vector<std::string>& labels,
                                       at::Device device, int64_t seed) const {
  const EncoderFacts& facts = encoder.facts();
  Linear head(facts.width, static_cast<int64_t>(labels.size()),
              at::TensorOptions(at::kFloat).device(device));
  if (!labels.empty() && description_.head_labels == labels) {
    CopyStoredTensor(*match_.head_weight, head->weight);
    CopyStoredTensor(*match_.head_bias, head->bias);
    return head;
  }
  const std::string& name = family_->naming().head;
  InitializeParameter(name + ".weight", head->weight, facts.initializer_range,
                      seed);
  InitializeParameter(name + ".bias", head->bias, 0, seed);
  return head;
}

}  // namespace tunesmith::worker
