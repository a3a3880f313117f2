#include "worker/models/model_family.h"

#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {

absl::Status ModelFamily::Resize(int image_size, ModelConfig& config,
                                 WeightFiles&) const {
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input, ImageInput(config));
  SetImageInput(Resized(input, image_size), config);
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
