#ifndef TUNESMITH_PROTO_CONTRACT_LABELS_LABEL_TEXT_H_
#define TUNESMITH_PROTO_CONTRACT_LABELS_LABEL_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

// Short texts that name something: how two of them can be meant to be the same
// and yet differ. All texts are UTF-8.

namespace tunesmith {

// As `CleaningPolicy.LabelNormalization` of the API.
enum class LabelNormalization { kNone = 1, kTrim = 2, kFold = 3 };

// What labels with one meaning have in common under `normalization`. kNone:
// the label. kTrim: without white space and invisible characters around it, in
// Unicode's form NFC, whole numbers in their shortest spelling. kFold: that,
// with letters folded.
std::string LabelKey(std::string_view label, LabelNormalization normalization);

// What texts have in common that differ only in letter case, white space,
// invisible characters, Unicode's forms or the spelling of a number.
std::string SimilarityKey(std::string_view text);

// What differs between two texts with one SimilarityKey: "letter case".
std::string_view DifferenceOf(std::string_view a, std::string_view b);

// The shortest spelling of a decimal number: `1` for `+1.0`, `01` and `1e0`;
// nothing for another text, and for more than 40 digits.
std::optional<std::string> ShortestNumber(std::string_view text);

// Whether a shortest number is a whole one.
bool IsWhole(std::string_view shortest_number);

// Whether one whole number in its shortest spelling is less than another.
bool IsLessWhole(std::string_view a, std::string_view b);

// Whether a text reads like no value: nan, None, NULL, N/A, ?, white space.
bool ReadsAsMissing(std::string_view text);

// In quotes, for a message: what cannot be seen is escaped (`"ham\u00a0"`), so
// are marks that make a letter of two characters where one would do; cut after
// 100 bytes.
std::string ShowText(std::string_view text);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_LABELS_LABEL_TEXT_H_
