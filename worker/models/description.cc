#include "worker/models/description.h"

#include <memory>

#include "proto/contract/base/status_macros.h"
#include "worker/models/pretrained.h"

namespace tunesmith::worker {

absl::StatusOr<ModelDescription> DescribeModel(const std::string& directory,
                                               std::optional<int> image_size) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<PretrainedModel> model,
                             PretrainedModel::Open(directory, image_size));
  return model->description();
}

absl::Status CheckWeightsAreFinite(const std::string& directory, int threads) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<PretrainedModel> model,
                             PretrainedModel::Open(directory));
  return model->CheckFinite(threads);
}

}  // namespace tunesmith::worker
