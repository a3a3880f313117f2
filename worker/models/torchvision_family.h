#ifndef TUNESMITH_WORKER_MODELS_TORCHVISION_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_TORCHVISION_FAMILY_H_

#include <map>
#include <string>
#include <vector>

#include "worker/models/model_family.h"
#include "worker/models/network_quirks.h"

namespace tunesmith::worker {

// A family of networks of pictures whose weights have the names of
// torchvision's models, and whose config.json is timm's: `architecture`,
// `num_classes`, `label_names`, and `pretrained_cfg` with `input_size`,
// `crop_pct`, `crop_mode`, `interpolation`, `mean` and `std`. What else a
// network can be described by is gone by now: see standard_form.h.
class TorchvisionFamily : public ModelFamily {
 public:
  const char* config_key() const override { return "architecture"; }
  std::vector<std::string> LabelsOf(const nlohmann::json& config,
                                    int64_t count) const override;
  // Their number is checked by Standardize.
  std::string HeadProblem(const nlohmann::json&, int64_t) const override {
    return "";
  }
  bool needs_preprocessor() const override { return false; }
  void SetClassifier(const std::vector<std::string>& labels,
                     nlohmann::json& config) const override;
  absl::StatusOr<ImageInputFacts> ImageInput(
      const ModelConfig& config) const override;
  void SetImageInput(const ImageInputFacts& input,
                     ModelConfig& config) const override;
  absl::Status Standardize(ModelConfig& config, WeightFiles& weights,
                           std::vector<ModelNote>& notes) const override;

 protected:
  // The weight that takes the picture's colours.
  virtual const char* first_weight() const = 0;

  // Standardize, apart from colours and labels. Returns what to say of it, or
  // nothing where nothing was done.
  virtual absl::StatusOr<std::string> StandardizeNetwork(
      const NetworkQuirks& quirks, ModelConfig& config,
      WeightFiles& weights) const = 0;
};

// The labels that a config.json of timm names, in the order of the outputs;
// empty when it names none or not each by a text.
std::vector<std::string> LabelNamesOfTimm(const nlohmann::json& config);

// Names of tensors, where each is in a module of the other network's: `modules`
// has the paths of modules from their old to their new ones.
absl::Status RenameModules(const std::map<std::string, std::string>& modules,
                           WeightFiles& weights);

// Writes labels and pictures of a config of timm into one of transformers.
absl::Status KeepLabelsAndPictures(const nlohmann::json& timm,
                                   ModelConfig& config);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_TORCHVISION_FAMILY_H_
