#include "proto/contract/base/utf8.h"

namespace tunesmith {
namespace {

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// Length of the well-formed character that `text` begins with; 0 when there is
// none. The second byte's bounds exclude overlong forms, surrogates and
// everything beyond U+10FFFF.
size_t CharacterLength(std::string_view text) {
  uint8_t first = text[0];
  if (first < 0x80) return 1;
  size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  uint8_t second = text[1];
  bool in_bounds =
      (first != 0xE0 || second >= 0xA0) && (first != 0xED || second <= 0x9F) &&
      (first != 0xF0 || second >= 0x90) && (first != 0xF4 || second <= 0x8F);
  return in_bounds ? length : 0;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    size_t length = CharacterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string ToUtf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    size_t length = CharacterLength(text);
    if (length == 0) {
      result += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else {
      result += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return result;
}

Utf8Character FirstCharacter(std::string_view text) {
  const size_t length = CharacterLength(text);
  if (length == 0) return {};
  // The lead byte's marks: 0, 110, 1110 or 11110.
  uint32_t code = static_cast<uint8_t>(text[0]);
  if (length > 1) code &= 0x7Fu >> length;
  for (size_t i = 1; i < length; ++i) {
    code = code << 6 | (static_cast<uint8_t>(text[i]) & 0x3F);
  }
  return {.code = code, .bytes = length, .valid = true};
}

std::string_view CutAtCharacter(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  while (end > 0 && IsContinuation(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace tunesmith
