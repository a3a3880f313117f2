#ifndef TUNESMITH_SERVER_API_MODEL_INTAKE_H_
#define TUNESMITH_SERVER_API_MODEL_INTAKE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/api/file_copy.h"

namespace tunesmith::server {

// Which files of a Hugging Face model directory belong to the model, from
// their names alone: *.json, *.txt, *.safetensors, *.model, README.md and
// LICENSE*. Sorted.
//
// INVALID_ARGUMENT: PICKLE_WEIGHTS when the weights are in another format
// alone, MODEL_FILE_MISSING that names every missing file.
absl::StatusOr<std::vector<std::string>> SelectModelFiles(
    const std::vector<std::string>& names);

// Copies them from the open directory into `target`, which exists; returns
// their size together. PERMISSION_DENIED (PATH_NOT_ALLOWED) when one of them
// is no regular file, RESOURCE_EXHAUSTED (TOO_LARGE).
absl::StatusOr<int64_t> CopyModelDirectory(int directory,
                                           const std::string& target,
                                           const CopyLimits& limits);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_MODEL_INTAKE_H_
