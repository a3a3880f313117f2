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
  // `image_size`: as the network is for pictures of another size. Errors of
  // DescribeModel.
  static absl::StatusOr<std::unique_ptr<PretrainedModel>> Open(
      const std::string& directory, std::optional<int> image_size = {});

  const ModelDescription& description() const { return description_; }
  // config.json
  const nlohmann::json& config() const { return config_.network; }
  const ModelConfig& config_files() const { return config_; }
  const ModelFamily& family() const { return *family_; }

  // The network in fp32 on `device`. Parameters that the weights lack are
  // drawn from `seed`. `dropout` unset: the config's.
  absl::StatusOr<std::shared_ptr<Encoder>> LoadEncoder(
      at::Device device, std::optional<double> dropout, int64_t seed) const;

  // A head on top of `encoder`: the stored one where ReuseHead keeps it, with
  // its outputs in the order of `labels`, otherwise a new one drawn from
  // `seed`.
  Head LoadHead(const Encoder& encoder, const std::vector<std::string>& labels,
                at::Device device, int64_t seed) const;

  // Whether every weight of network and head is a number, looked at on up to
  // `threads` threads. INVALID_ARGUMENT with reason WEIGHTS_NOT_FINITE.
  absl::Status CheckFinite(int threads) const;

 private:
  PretrainedModel() = default;

  // Brings what the directory holds into a form that the family knows.
  absl::Status Adopt(std::optional<int> image_size);
  absl::Status Describe();
  void DescribeHead();

  ModelConfig config_;
  std::unique_ptr<ModelFamily> family_;
  std::unique_ptr<WeightFiles> weights_;
  WeightMatch match_;
  ModelDescription description_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_PRETRAINED_H_
