#ifndef TUNESMITH_WORKER_MODELS_MODEL_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_MODEL_FAMILY_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/models/description.h"
#include "worker/models/encoder.h"

namespace tunesmith::worker {

// How files of a family spell the names of its parameters. The canonical name
// is the one that the network has in Hugging Face's class for the task.
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

// A network architecture and its files. Stateless and thread-safe.
class ModelFamily {
 public:
  virtual ~ModelFamily() = default;

  // As `model_type` of config.json.
  virtual std::string_view name() const = 0;

  virtual const WeightNaming& naming() const = 0;

  // For `architectures` of a fine-tuned model's config.
  virtual std::string_view classifier_architecture() const = 0;

  // The network that `config`, an object, describes. Its parameters are unset.
  // INVALID_ARGUMENT with reason UNSUPPORTED_MODEL.
  virtual absl::StatusOr<std::shared_ptr<Encoder>> MakeEncoder(
      const nlohmann::json& config, const EncoderOptions& options) const = 0;

  // Where in the network a parameter of canonical `name` is; fills in `block`
  // and `layer`.
  virtual void Locate(ParameterDescription& parameter) const = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_MODEL_FAMILY_H_
