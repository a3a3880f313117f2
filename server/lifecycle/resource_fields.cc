#include "server/lifecycle/resource_fields.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/resource_name.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxDisplayNameBytes = 256;
constexpr int kMaxLabels = 64;
constexpr size_t kMaxLabelBytes = 63;
constexpr size_t kMaxLabelPrefixBytes = 253;

bool IsOf(std::string_view text, std::string_view punctuation) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return absl::ascii_isalnum(c) ||
           punctuation.find(c) != std::string_view::npos;
  });
}

// 1 to 63 of [A-Za-z0-9-_.], first and last a letter or digit.
bool IsLabelWord(std::string_view word) {
  return !word.empty() && word.size() <= kMaxLabelBytes && IsOf(word, "-_.") &&
         absl::ascii_isalnum(word.front()) && absl::ascii_isalnum(word.back());
}

// A DNS subdomain.
bool IsLabelPrefix(std::string_view prefix) {
  return !prefix.empty() && prefix.size() <= kMaxLabelPrefixBytes &&
         IsOf(prefix, "-.") &&
         std::none_of(prefix.begin(), prefix.end(), absl::ascii_isupper) &&
         absl::ascii_isalnum(prefix.front()) &&
         absl::ascii_isalnum(prefix.back());
}

bool IsLabelKey(std::string_view key) {
  size_t slash = key.find('/');
  if (slash == std::string_view::npos) return IsLabelWord(key);
  return IsLabelPrefix(key.substr(0, slash)) &&
         IsLabelWord(key.substr(slash + 1));
}

}  // namespace

void CheckNewId(const std::string& field, const std::string& id,
                const FieldScope& scope) {
  if (id.empty() || IsResourceId(id)) return;
  scope.Add(field, kResourceIdRule + std::string(", got: ") + Quoted(id));
}

void CheckText(const std::string& field, const std::string& text,
               size_t max_bytes, const FieldScope& scope) {
  if (text.size() <= max_bytes) return;
  scope.Add(field, absl::StrCat("must be at most ", max_bytes,
                                " bytes, got: ", text.size()));
}

void CheckDisplayName(const std::string& display_name,
                      const FieldScope& scope) {
  CheckText("display_name", display_name, kMaxDisplayNameBytes, scope);
}

void CheckLabels(const google::protobuf::Map<std::string, std::string>& labels,
                 const FieldScope& scope) {
  if (labels.size() > kMaxLabels) {
    scope.Add("labels", absl::StrCat("must be at most ", kMaxLabels,
                                     " labels, got: ", labels.size()));
    return;
  }
  // In order, so that the same request gives the same answer.
  std::map<std::string, std::string> sorted(labels.begin(), labels.end());
  for (const auto& [key, value] : sorted) {
    if (!IsLabelKey(key)) {
      scope.Add("labels",
                "a key must be [prefix/]name, the name 1 to 63 characters of "
                "[A-Za-z0-9-_.] with a letter or digit at both ends, got: " +
                    Quoted(key));
    } else if (!value.empty() && !IsLabelWord(value)) {
      scope.Add("labels[" + Quoted(key) + "]",
                "a value must be empty or 1 to 63 characters of "
                "[A-Za-z0-9-_.] with a letter or digit at both ends, got: " +
                    Quoted(value));
    }
  }
}

}  // namespace tunesmith::server
