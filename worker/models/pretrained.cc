#include "worker/models/pretrained.h"

#include <filesystem>
#include <set>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/finite_values.h"
#include "worker/formats/json_file.h"
#include "worker/formats/printable.h"
#include "worker/models/config_reader.h"
#include "worker/models/family_list.h"
#include "worker/models/head_reuse.h"
#include "worker/models/image_config.h"
#include "worker/models/image_encoder.h"
#include "worker/models/image_layers.h"
#include "worker/models/keras/keras_weights.h"
#include "worker/models/parameter_values.h"
#include "worker/models/text_encoder.h"

namespace tunesmith::worker {
namespace {

constexpr char kConfigFile[] = "config.json";
constexpr char kPreprocessorFile[] = "preprocessor_config.json";

// NOT_FOUND without such a file.
absl::StatusOr<nlohmann::json> ReadObject(const std::string& directory,
                                          const char* file) {
  absl::StatusOr<nlohmann::json> json =
      ReadJsonFile((std::filesystem::path(directory) / file).string());
  if (absl::IsNotFound(json.status())) return json;
  if (!json.ok()) {
    return UnsupportedModelError(std::string(json.status().message()));
  }
  if (!json->is_object()) {
    return UnsupportedModelError(absl::StrCat(file, ": not an object"));
  }
  return json;
}

absl::StatusOr<ModelConfig> ReadConfig(const std::string& directory) {
  absl::StatusOr<nlohmann::json> network = ReadObject(directory, kConfigFile);
  if (absl::IsNotFound(network.status())) {
    return ReasonedError(absl::StatusCode::kInvalidArgument,
                         "MODEL_FILE_MISSING", "missing file: config.json");
  }
  TUNESMITH_RETURN_IF_ERROR(network.status());
  ModelConfig config{.network = *std::move(network)};
  absl::StatusOr<nlohmann::json> preprocessor =
      ReadObject(directory, kPreprocessorFile);
  if (absl::IsNotFound(preprocessor.status())) return config;
  TUNESMITH_RETURN_IF_ERROR(preprocessor.status());
  config.preprocessor = *std::move(preprocessor);
  return config;
}

// The layer that a parameter or buffer is in, of those of EncoderFacts.
std::optional<int> LayerOf(const std::string& name,
                           const std::vector<std::string>& layer_paths) {
  for (size_t i = 0; i < layer_paths.size(); ++i) {
    const std::string& path = layer_paths[i];
    if (name.starts_with(path) && name[path.size()] == '.') {
      return static_cast<int>(i);
    }
  }
  return std::nullopt;
}

// Names of the parameters of batch normalisations.
std::set<std::string> NormalizationNames(const Encoder& encoder) {
  std::set<std::string> names;
  for (const auto& module : encoder.named_modules("", false)) {
    if (module.value()->as<BatchNorm2dImpl>() == nullptr) continue;
    names.insert(module.key() + ".weight");
    names.insert(module.key() + ".bias");
  }
  return names;
}

// Whether there are running means, and all of them are 0.
bool IsFolded(const NetworkTensors& network, const WeightMatch& match) {
  bool any = false;
  for (const ParameterDescription& buffer : network.buffers) {
    if (!buffer.name.ends_with("running_mean")) continue;
    any = true;
    for (std::byte byte : match.sources.at(buffer.name)->bytes) {
      if (byte != std::byte{0}) return false;
    }
  }
  return any;
}

std::vector<ParameterDescription> ParametersOf(const Encoder& encoder,
                                               const std::string& prefix) {
  const std::set<std::string> normalization = NormalizationNames(encoder);
  std::vector<ParameterDescription> parameters;
  ParameterBlock outside = ParameterBlock::kEmbeddings;
  for (const auto& item : encoder.named_parameters()) {
    ParameterDescription& parameter = parameters.emplace_back();
    parameter.name = prefix + item.key();
    parameter.normalization = normalization.contains(item.key());
    parameter.shape = item.value().sizes().vec();
    parameter.layer = LayerOf(item.key(), encoder.facts().layer_paths);
    if (parameter.layer.has_value()) outside = ParameterBlock::kPooler;
    parameter.block =
        parameter.layer.has_value() ? ParameterBlock::kLayer : outside;
  }
  return parameters;
}

NetworkTensors TensorsOf(const Encoder& encoder, const std::string& prefix) {
  NetworkTensors tensors;
  tensors.parameters = ParametersOf(encoder, prefix);
  for (const auto& item : encoder.named_buffers()) {
    bool counts = item.value().scalar_type() == at::kLong;
    (counts ? tensors.counters : tensors.buffers)
        .push_back(
            {.name = prefix + item.key(), .shape = item.value().sizes().vec()});
  }
  tensors.head_shape = HeadShape(encoder.facts(), 0);
  return tensors;
}

// Fills `parameter` with rows of a stored tensor.
void CopyRows(const StoredTensor& stored, const std::vector<int64_t>& rows,
              at::Tensor parameter) {
  at::NoGradGuard no_gradients;
  at::Tensor all = at::empty(stored.shape, at::kFloat);
  CopyStoredTensor(stored, all);
  for (size_t i = 0; i < rows.size(); ++i) {
    parameter.select(0, static_cast<int64_t>(i)).copy_(all.select(0, rows[i]));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<PretrainedModel>> PretrainedModel::Open(
    const std::string& directory, std::optional<int> image_size) {
  std::unique_ptr<PretrainedModel> model(new PretrainedModel());
  TUNESMITH_ASSIGN_OR_RETURN(model->config_, ReadConfig(directory));
  TUNESMITH_ASSIGN_OR_RETURN(model->family_, FindModelFamily(model->config()));
  TUNESMITH_ASSIGN_OR_RETURN(model->weights_,
                             OpenWeights(directory, model->config_.network,
                                         model->description_.notes));
  TUNESMITH_RETURN_IF_ERROR(model->Adopt(image_size));
  TUNESMITH_RETURN_IF_ERROR(model->Describe());
  return model;
}

absl::Status PretrainedModel::Adopt(std::optional<int> image_size) {
  std::vector<ModelNote>& notes = description_.notes;
  TUNESMITH_ASSIGN_OR_RETURN(std::string prefix,
                             StripWrapper(family_->naming(), *weights_));
  if (!prefix.empty()) {
    notes.push_back(
        {ModelNote::Kind::kConvertedWeights,
         absl::StrCat("every tensor's name began with ", Printable(prefix),
                      ", as of a module around the network: it is left off")});
  }
  TUNESMITH_RETURN_IF_ERROR(family_->Standardize(config_, *weights_, notes));
  TUNESMITH_ASSIGN_OR_RETURN(family_, FindModelFamily(config()));
  if (!image_size.has_value()) return absl::OkStatus();
  if (*image_size < 1 || *image_size > kMaxImageSize) {
    return ReasonedError(absl::StatusCode::kInvalidArgument, "INVALID_FIELD",
                         absl::StrCat("image_size must be 1 to ", kMaxImageSize,
                                      ", got: ", *image_size));
  }
  return family_->Resize(*image_size, config_, *weights_);
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
  NetworkTensors tensors = TensorsOf(*encoder, naming.prefix);
  TUNESMITH_ASSIGN_OR_RETURN(
      match_, MatchWeights(tensors, weights_->tensors(), naming));
  d.folded_normalization = IsFolded(tensors, match_);
  d.parameters = std::move(tensors.parameters);
  d.head = {
      {naming.head + ".weight", tensors.head_shape, ParameterBlock::kHead, {}},
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
  if (auto image = std::dynamic_pointer_cast<ImageEncoder>(encoder)) {
    d.image_input = image->facts().input;
    if (config_.preprocessor.empty() && family_->needs_preprocessor()) {
      d.notes.push_back(
          {ModelNote::Kind::kFilesDisagree,
           absl::StrCat("preprocessor_config.json is missing: pictures are "
                        "given as networks of the family are published for (",
                        d.image_input->size, " of ", d.image_input->resize_size,
                        " pixels), and results get one")});
    }
  }
  d.layer_count = static_cast<int>(facts.layer_paths.size());
  d.dropout = facts.dropout;
  d.ignored_tensors = match_.ignored_tensors;
  d.new_parameters = match_.new_parameters;
  DescribeHead();
  return absl::OkStatus();
}

void PretrainedModel::DescribeHead() {
  if (match_.head_weight == nullptr) return;
  const int64_t outputs = match_.head_weight->shape[0];
  description_.head_problem = family_->HeadProblem(config(), outputs);
  if (description_.head_problem.empty()) {
    description_.head_labels = family_->LabelsOf(config(), outputs);
    return;
  }
  description_.notes.push_back(
      {ModelNote::Kind::kHeadChanged,
       absl::StrCat("the head in the weights is none to go on from: ",
                    description_.head_problem)});
}

absl::Status PretrainedModel::CheckFinite(int threads) const {
  std::vector<const StoredTensor*> tensors;
  for (const auto& [name, tensor] : match_.sources) tensors.push_back(tensor);
  if (match_.head_weight != nullptr) {
    tensors.insert(tensors.end(), {match_.head_weight, match_.head_bias});
  }
  return worker::CheckFinite(tensors, threads);
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
  // A buffer that the file lacks is a counter, which begins at 0.
  for (const auto& item : encoder->named_buffers()) {
    auto source = match_.sources.find(family_->naming().prefix + item.key());
    if (source == match_.sources.end()) continue;
    CopyStoredTensor(*source->second, item.value());
  }
  return encoder;
}

Head PretrainedModel::LoadHead(const Encoder& encoder,
                               const std::vector<std::string>& labels,
                               at::Device device, int64_t seed) const {
  const EncoderFacts& facts = encoder.facts();
  Head head(facts, static_cast<int64_t>(labels.size()),
            at::TensorOptions(at::kFloat).device(device));
  const std::vector<int64_t> rows = ReuseHead(description_, labels).rows;
  if (!rows.empty()) {
    CopyRows(*match_.head_weight, rows, head->weight);
    CopyRows(*match_.head_bias, rows, head->bias);
    return head;
  }
  const std::string& name = family_->naming().head;
  InitializeParameter(name + ".weight", head->weight, facts.initializer_range,
                      seed);
  InitializeParameter(name + ".bias", head->bias, 0, seed);
  return head;
}

}  // namespace tunesmith::worker
