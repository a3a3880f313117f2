#ifndef TUNESMITH_WORKER_MODELS_FAMILY_LIST_H_
#define TUNESMITH_WORKER_MODELS_FAMILY_LIST_H_

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/models/model_family.h"

namespace tunesmith::worker {

// Every family there is.
std::vector<std::unique_ptr<ModelFamily>> AllModelFamilies();

// The family of a config's `model_type`. INVALID_ARGUMENT with reason
// UNSUPPORTED_MODEL, naming those that are supported.
absl::StatusOr<std::unique_ptr<ModelFamily>> FindModelFamily(
    std::string_view model_type);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_FAMILY_LIST_H_
