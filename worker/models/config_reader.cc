#include "worker/models/config_reader.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {

absl::Status UnsupportedModelError(std::string_view message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, "UNSUPPORTED_MODEL",
                       message);
}

const nlohmann::json* ConfigReader::Find(const char* key) const {
  auto it = config_.find(key);
  return it == config_.end() || it->is_null() ? nullptr : &*it;
}

void ConfigReader::Reject(std::string_view problem) {
  if (!status_.ok()) return;
  status_ =
      UnsupportedModelError(absl::StrCat(file_, ": ", std::string(problem)));
}

int64_t ConfigReader::Integer(const char* key, int64_t min, int64_t max) {
  if (Find(key) == nullptr) {
    Reject(absl::StrCat(key, " is missing"));
    return min;
  }
  return Integer(key, min, max, min);
}

int64_t ConfigReader::Integer(const char* key, int64_t min, int64_t max,
                              int64_t unset) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return unset;
  // An unsigned number beyond int64 becomes negative and fails the bounds.
  int64_t number = value->is_number_integer() ? value->get<int64_t>() : min - 1;
  if (number >= min && number <= max) return number;
  Reject(absl::StrCat(key, " must be a whole number from ", min, " to ", max));
  return unset;
}

std::vector<int64_t> ConfigReader::Integers(const char* key, int64_t min,
                                            int64_t max, size_t max_count,
                                            std::vector<int64_t> unset) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return unset;
  std::vector<int64_t> numbers;
  if (value->is_array() && !value->empty() && value->size() <= max_count) {
    for (const nlohmann::json& item : *value) {
      if (!item.is_number_integer()) break;
      const int64_t number = item.get<int64_t>();
      if (number < min || number > max) break;
      numbers.push_back(number);
    }
    if (numbers.size() == value->size()) return numbers;
  }
  Reject(absl::StrCat(key, " must be a list of 1 to ", max_count,
                      " whole numbers from ", min, " to ", max));
  return unset;
}

double ConfigReader::Number(const char* key, double min, double max,
                            double unset) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return unset;
  double number = value->is_number() ? value->get<double>() : min - 1;
  if (number >= min && number <= max) return number;
  Reject(absl::StrCat(key, " must be a number from ", min, " to ", max));
  return unset;
}

std::string ConfigReader::Text(const char* key, const std::string& unset) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return unset;
  if (value->is_string()) return value->get<std::string>();
  Reject(absl::StrCat(key, " must be a string"));
  return unset;
}

bool ConfigReader::Flag(const char* key, bool unset) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return unset;
  if (value->is_boolean()) return value->get<bool>();
  Reject(absl::StrCat(key, " must be true or false"));
  return unset;
}

}  // namespace tunesmith::worker
