#include "worker/models/description.h"

#include <memory>

#include "proto/contract/base/status_macros.h"
#include "worker/models/pretrained.h"

namespace tunesmith::worker {

absl::StatusOr<ModelDescription> DescribeModel(const std::string& directory) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<PretrainedModel> model,
                             PretrainedModel::Open(directory));
  return model->description();
}

}  // namespace tunesmith::worker
