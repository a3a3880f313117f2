#ifndef TUNESMITH_WORKER_FORMATS_JSON_FILE_H_
#define TUNESMITH_WORKER_FORMATS_JSON_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace tunesmith::worker {

// How much of a document is accepted.
struct JsonLimits {
  int64_t max_bytes = 4 << 20;
  // Nesting of objects and arrays.
  int max_depth = 32;
};

// INVALID_ARGUMENT when `text` is not JSON within `limits`.
absl::StatusOr<nlohmann::json> ParseJson(std::string_view text,
                                         const JsonLimits& limits = {});

// NOT_FOUND, or as ParseJson with the file's name before the message.
absl::StatusOr<nlohmann::json> ReadJsonFile(const std::string& path,
                                            const JsonLimits& limits = {});

// Two-space indent, keys sorted, a final newline: equal documents have equal
// bytes. INVALID_ARGUMENT when a string is not UTF-8; errors of WriteFile.
absl::Status WriteJsonFile(const std::string& path,
                           const nlohmann::json& document);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_JSON_FILE_H_
