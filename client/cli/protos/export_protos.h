#ifndef TUNESMITH_CLIENT_CLI_PROTOS_EXPORT_PROTOS_H_
#define TUNESMITH_CLIENT_CLI_PROTOS_EXPORT_PROTOS_H_

#include <string>

#include "absl/status/status.h"

namespace tunesmith::cli {

// Writes EmbeddedProtos() under `directory`, which must be empty or not be
// there, with a buf.yaml that makes it a module. FAILED_PRECONDITION.
absl::Status ExportProtos(const std::string& directory);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_PROTOS_EXPORT_PROTOS_H_
