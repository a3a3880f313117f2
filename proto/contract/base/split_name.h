#ifndef TUNESMITH_PROTO_CONTRACT_BASE_SPLIT_NAME_H_
#define TUNESMITH_PROTO_CONTRACT_BASE_SPLIT_NAME_H_

#include <optional>
#include <string_view>

namespace tunesmith {

enum class SplitRole { kTraining, kValidation, kTest };

// Which split a word names, in any case of letters: train or training; val,
// valid, validation or dev; test, testing or eval. nullopt: none.
std::optional<SplitRole> ParseSplitName(std::string_view word);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_BASE_SPLIT_NAME_H_
