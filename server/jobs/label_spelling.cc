#include "server/jobs/label_spelling.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/base/visible_text.h"

namespace tunesmith::server {
namespace {

using v1::CleaningPolicy;

// `+1.0`, `01` and `1e0` are `1`.
std::string ShortestNumber(std::string_view text) {
  constexpr double kLargestExact = 9007199254740992;
  std::string whole(text);
  const bool number =
      text.find_first_of("0123456789") != std::string_view::npos &&
      text.find_first_not_of("0123456789.eE+-") == std::string_view::npos;
  double value = 0;
  if (!number || !absl::SimpleAtod(whole, &value)) return whole;
  if (std::abs(value) > kLargestExact || value != std::trunc(value)) {
    return whole;
  }
  return absl::StrCat(static_cast<int64_t>(value));
}

// The lower case of capitals whose small letters stand at a fixed distance.
uint32_t Folded(uint32_t code) {
  const bool latin = code >= 0xC0 && code <= 0xDE && code != 0xD7;
  const bool greek = code >= 0x391 && code <= 0x3A9 && code != 0x3A2;
  if (code < 0x80) return absl::ascii_tolower(static_cast<char>(code));
  if (latin || greek || (code >= 0x410 && code <= 0x42F)) return code + 0x20;
  if (code >= 0x400 && code <= 0x40F) return code + 0x50;
  return code;
}

std::string Fold(std::string_view text) {
  std::string folded;
  while (!text.empty()) {
    const Utf8Character character = FirstCharacter(text);
    const uint32_t code = Folded(character.code);
    if (!character.valid || code == character.code) {
      folded += text.substr(0, character.bytes);
    } else if (code < 0x80) {
      folded += static_cast<char>(code);
    } else {
      folded += static_cast<char>(0xC0 | code >> 6);
      folded += static_cast<char>(0x80 | (code & 0x3F));
    }
    text.remove_prefix(character.bytes);
  }
  return folded;
}

// Whether SpelledLabel does all that `normalization` does to this label.
bool IsSpelledExactly(const std::string& label,
                      CleaningPolicy::LabelNormalization normalization) {
  if (normalization == CleaningPolicy::NONE) return true;
  const std::string_view inner = WithoutOuterSpace(label);
  return std::all_of(inner.begin(), inner.end(), [](char c) {
    return absl::ascii_isascii(static_cast<unsigned char>(c));
  });
}

}  // namespace

std::string SpelledLabel(const std::string& label,
                         CleaningPolicy::LabelNormalization normalization) {
  switch (normalization) {
    case CleaningPolicy::TRIM:
      return ShortestNumber(WithoutOuterSpace(label));
    case CleaningPolicy::FOLD:
      return Fold(ShortestNumber(WithoutOuterSpace(label)));
    default:
      return label;
  }
}

LabelSet::LabelSet(const std::vector<std::string>& labels,
                   CleaningPolicy::LabelNormalization normalization)
    : normalization_(normalization) {
  for (const std::string& label : labels) {
    spelled_.push_back(SpelledLabel(label, normalization));
  }
  std::sort(spelled_.begin(), spelled_.end());
}

bool LabelSet::Contains(const std::string& label) const {
  return std::binary_search(spelled_.begin(), spelled_.end(),
                            SpelledLabel(label, normalization_));
}

bool LabelSet::SurelyLacks(const std::string& label) const {
  return IsSpelledExactly(label, normalization_) && !Contains(label);
}

std::string NormalizationAdvice(const std::vector<std::string>& unknown,
                                const std::vector<std::string>& known) {
  for (auto normalization : {CleaningPolicy::TRIM, CleaningPolicy::FOLD}) {
    const LabelSet set(known, normalization);
    const int64_t matched = std::count_if(
        unknown.begin(), unknown.end(),
        [&set](const auto& label) { return set.Contains(label); });
    const bool all = matched == static_cast<int64_t>(unknown.size());
    if (matched == 0 || (!all && normalization == CleaningPolicy::TRIM)) {
      continue;
    }
    return absl::StrCat(
        "data.cleaning.label_normalization ",
        CleaningPolicy::LabelNormalization_Name(normalization),
        all ? " matches " + std::string(matched == 1 ? "it" : "all of them")
            : absl::StrCat(" matches ", matched, " of them"));
  }
  return "";
}

}  // namespace tunesmith::server
