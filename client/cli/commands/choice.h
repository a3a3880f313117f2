#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_CHOICE_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_CHOICE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/App.hpp"
#include "absl/strings/match.h"

namespace tunesmith::cli {

// One word that an option takes, and what it stands for. Options have constant
// arrays of them.
template <typename Value>
struct Choice {
  std::string_view name;
  Value value;
};

// Refuses any other word, and lists these; capitals do not matter. The option's
// help lists them as well.
template <typename Table>
CLI::Validator OneOf(const Table& table) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return CLI::IsMember(names, CLI::ignore_case).description("");
}

// nullopt where `name` is none of the words, as when the option is left out.
template <typename Value, size_t size>
std::optional<Value> Chosen(const Choice<Value> (&table)[size],
                            std::string_view name) {
  for (const Choice<Value>& row : table) {
    if (absl::EqualsIgnoreCase({row.name.data(), row.name.size()},
                               {name.data(), name.size()})) {
      return row.value;
    }
  }
  return std::nullopt;
}

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_CHOICE_H_
