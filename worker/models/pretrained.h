#ifndef TUNESMITH_WORKER_MODELS_PRETRAINED_H_
#define TUNESMITH_WORKER_MODELS_PRETRAINED_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/formats/weight_files.h"
#include "worker/models/description.h"
#include "worker/models/head.h"
#include "worker/models/model_family.h"
#include "worker/models/weight_matching.h"

namespace tunesmith::worker {

// A model directory whose config and weights fit each other.
// Weights stay mapped while it lives and are copied once, into the network.
class PretrainedModel {
 public:
  // Errors of DescribeModel.
  static absl::StatusOr<std::unique_ptr<PretrainedModel>> Open(
      const std::string& directory);

  const ModelDescription& description() const { return description_; }
  // config.json
  const nlohmann::json& config() const { return config_.network; }
  const ModelConfig& config_files() const { return config_; }
  const ModelFamily& family() const { return *family_; }

  // The network in fp32 on `device`. Parameters that the weights lack are
  // drawn from `seed`. `dropout` unset: the config's.
  absl::StatusOr<std::shared_ptr<Encoder>> LoadEncoder(
      at::Device device, std::optional<double> dropout, int64_t seed) const;

  // A head on top of `encoder`: the stored one when it has the same labels in
  // the same order, otherwise a new one drawn from `seed`.
  Head LoadHead(const Encoder& encoder, const std::vector<std::string>& labels,
                at::Device device, int64_t seed) const;

 private:
  PretrainedModel() = default;

  absl::Status Describe();

  ModelConfig config_;
  std::unique_ptr<ModelFamily> family_;
  std::unique_ptr<WeightFiles> weights_;
  WeightMatch match_;
  ModelDescription description_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_PRETRAINED_H_
