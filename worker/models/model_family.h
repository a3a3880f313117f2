#ifndef TUNESMITH_WORKER_MODELS_MODEL_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_MODEL_FAMILY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/formats/weight_files.h"
#include "worker/models/encoder.h"
#include "worker/models/image_input.h"
#include "worker/models/model_note.h"

namespace tunesmith::worker {

// How files of a family spell the names of its parameters. The canonical name
// is the one that the network has in the ecosystem's class for the task.
struct WeightNaming {
  // In front of every name of the network, for example "bert."; a base model's
  // file leaves it out.
  std::string prefix;
  // What names of the network begin with after the prefix. A tensor that does
  // not is somebody else's head and is ignored.
  std::vector<std::string> roots;
  // Endings of old files and what they are called now.
  struct Rename {
    std::string from;
    std::string to;
  };
  std::vector<Rename> renamed_endings;
  // Endings of tensors of the network's part of the file that hold no weights.
  std::vector<std::string> ignored_endings;
  // What parameters that may be missing begin with, prefix included.
  std::vector<std::string> optional_beginnings;
  // The head's module, for example "classifier".
  std::string head;
};

struct EncoderOptions {
  at::TensorOptions tensors;
  // Unset: the config's.
  std::optional<double> dropout;
};

// The JSON files of a model directory that say what the network is; each is an
// object.
struct ModelConfig {
  // config.json
  nlohmann::json network;
  // preprocessor_config.json; empty without one.
  nlohmann::json preprocessor = nlohmann::json::object();
};

// A network architecture and its files. Stateless and thread-safe. Its
// descendants HuggingFaceFamily and TorchvisionFamily know how an ecosystem
// writes config.json.
class ModelFamily {
 public:
  virtual ~ModelFamily() = default;

  // Also of the API: "bert".
  virtual std::string_view name() const = 0;

  // The key of config.json by which its networks are known, and its values:
  // `model_type` "bert".
  virtual const char* config_key() const = 0;
  virtual std::vector<std::string> config_values() const = 0;

  virtual const WeightNaming& naming() const = 0;

  // The network that the config describes. Its parameters are unset.
  // INVALID_ARGUMENT with reason UNSUPPORTED_MODEL.
  virtual absl::StatusOr<std::shared_ptr<Encoder>> MakeEncoder(
      const ModelConfig& config, const EncoderOptions& options) const = 0;

  // The labels of a head with `count` outputs as config.json has them; empty
  // when it does not name each.
  virtual std::vector<std::string> LabelsOf(const nlohmann::json& config,
                                            int64_t count) const = 0;

  // Why a head with `count` outputs is none for one label out of several, or
  // not one whose labels are known; empty when it may be.
  virtual std::string HeadProblem(const nlohmann::json& config,
                                  int64_t count) const = 0;

  // Makes config.json that of a classifier of these labels, in fp32.
  virtual void SetClassifier(const std::vector<std::string>& labels,
                             nlohmann::json& config) const = 0;

  // Whether preprocessor_config.json says how pictures are given.
  virtual bool needs_preprocessor() const = 0;

  // How a network of pictures wants them. UNSUPPORTED_MODEL for one of texts.
  virtual absl::StatusOr<ImageInputFacts> ImageInput(
      const ModelConfig& config) const = 0;

  // Makes the files say that pictures are to be given so, to whom they tell it
  // already or not.
  virtual void SetImageInput(const ImageInputFacts& input,
                             ModelConfig& config) const = 0;

  // Brings a network that no library's class computes as it is described into
  // the form of one that does: config and weights may become those of another
  // family. Does nothing where there is nothing to do. UNSUPPORTED_MODEL when
  // no class can, or when the config contradicts the weights.
  virtual absl::Status Standardize(ModelConfig&, WeightFiles&,
                                   std::vector<ModelNote>&) const {
    return absl::OkStatus();
  }

  // Makes it a network for pictures of another size. Errors of ImageInput;
  // INVALID_ARGUMENT with reason INVALID_FIELD for a size that it cannot have.
  virtual absl::Status Resize(int image_size, ModelConfig& config,
                              WeightFiles& weights) const;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_MODEL_FAMILY_H_
