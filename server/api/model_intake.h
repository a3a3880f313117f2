#ifndef TUNESMITH_SERVER_API_MODEL_INTAKE_H_
#define TUNESMITH_SERVER_API_MODEL_INTAKE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/api/file_copy.h"

namespace tunesmith::server {

// Copies a model's files from the open directory into `target`, which exists,
// and of an encoder of sentences its 1_Pooling/config.json; returns their size
// together. `config` is the config.json of a model whose directory has none,
// and is written as it is.
//
// Errors of SelectModelFiles, or of SelectFilesOfNetwork with a `config`;
// PERMISSION_DENIED (PATH_NOT_ALLOWED) when a file is no regular one,
// RESOURCE_EXHAUSTED (TOO_LARGE).
absl::StatusOr<int64_t> CopyModelDirectory(
    int directory, const std::optional<std::string>& config,
    const std::string& target, const CopyLimits& limits);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_MODEL_INTAKE_H_
