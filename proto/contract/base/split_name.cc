#include "proto/contract/base/split_name.h"

#include <string>

#include "absl/strings/ascii.h"

namespace tunesmith {
namespace {

constexpr struct {
  std::string_view name;
  SplitRole role;
} kNames[] = {
    {"train", SplitRole::kTraining},
    {"training", SplitRole::kTraining},
    {"val", SplitRole::kValidation},
    {"valid", SplitRole::kValidation},
    {"validation", SplitRole::kValidation},
    {"dev", SplitRole::kValidation},
    {"test", SplitRole::kTest},
    {"testing", SplitRole::kTest},
    {"eval", SplitRole::kTest},
};

}  // namespace

std::optional<SplitRole> ParseSplitName(std::string_view word) {
  const std::string lower = absl::AsciiStrToLower(std::string(word));
  for (const auto& row : kNames) {
    if (row.name == lower) return row.role;
  }
  return std::nullopt;
}

}  // namespace tunesmith
