#ifndef TUNESMITH_WORKER_MODELS_FAMILY_LIST_H_
#define TUNESMITH_WORKER_MODELS_FAMILY_LIST_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/models/model_family.h"

namespace tunesmith::worker {

// Every family there is.
std::vector<std::unique_ptr<ModelFamily>> AllModelFamilies();

// The family that a config.json, an object, names by `model_type` or
// `architecture`. INVALID_ARGUMENT with reason UNSUPPORTED_MODEL, naming those
// that are supported.
absl::StatusOr<std::unique_ptr<ModelFamily>> FindModelFamily(
    const nlohmann::json& config);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_FAMILY_LIST_H_
