#ifndef TUNESMITH_WORKER_MODELS_CONFIG_READER_H_
#define TUNESMITH_WORKER_MODELS_CONFIG_READER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "nlohmann/json.hpp"

namespace tunesmith::worker {

// INVALID_ARGUMENT with reason UNSUPPORTED_MODEL.
absl::Status UnsupportedModelError(std::string_view message);

// Takes typed values out of a config.json. The first problem is kept and
// everything after it yields the default, so that a caller reads all keys and
// then asks for `status()` once.
class ConfigReader {
 public:
  // `config` is an object and outlives the reader; `file`: what messages call
  // it.
  explicit ConfigReader(const nlohmann::json& config,
                        const char* file = "config.json")
      : config_(config), file_(file) {}

  // Without a default: the key must be there. Bounds include their ends.
  int64_t Integer(const char* key, int64_t min, int64_t max);
  int64_t Integer(const char* key, int64_t min, int64_t max, int64_t unset);
  // A list of 1 to `max_count` numbers.
  std::vector<int64_t> Integers(const char* key, int64_t min, int64_t max,
                                size_t max_count, std::vector<int64_t> unset);
  double Number(const char* key, double min, double max, double unset);
  std::string Text(const char* key, const std::string& unset);
  bool Flag(const char* key, bool unset);

  // Records a problem of the caller's.
  void Reject(std::string_view problem);

  const absl::Status& status() const { return status_; }

 private:
  // The value of a key that is there and not null.
  const nlohmann::json* Find(const char* key) const;

  const nlohmann::json& config_;
  const char* const file_;
  absl::Status status_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_CONFIG_READER_H_
