#include "client/cli/render/printable.h"

#include <cstdint>

#include "proto/contract/base/utf8.h"

namespace tunesmith::cli {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";
// Characters that change how their surroundings are shown.
bool IsUnsafe(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) ||
         (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x200E ||
         code == 0x200F || code == 0x061C || code == 0x2028 || code == 0x2029;
}

size_t WidthOf(uint32_t code) {
  bool combining = (code >= 0x300 && code <= 0x36F) || code == 0x200B ||
                   code == 0x200C || code == 0x200D ||
                   (code >= 0xFE00 && code <= 0xFE0F);
  if (combining) return 0;
  bool wide = (code >= 0x1100 && code <= 0x115F) ||
              (code >= 0x2E80 && code <= 0xA4CF) ||
              (code >= 0xAC00 && code <= 0xD7A3) ||
              (code >= 0xF900 && code <= 0xFAFF) ||
              (code >= 0xFE30 && code <= 0xFE6F) ||
              (code >= 0xFF00 && code <= 0xFF60) ||
              (code >= 0x1F300 && code <= 0x1FAFF) ||
              (code >= 0x20000 && code <= 0x3FFFD);
  return wide ? 2 : 1;
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character character = FirstCharacter(text);
    if (character.code == '\n' || character.code == '\t' ||
        character.code == '\r') {
      result += ' ';
    } else if (!character.valid || IsUnsafe(character.code)) {
      result += kReplacement;
    } else {
      result += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return result;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Utf8Character character = FirstCharacter(text);
    width += WidthOf(character.code);
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string Shorten(std::string_view text, size_t columns) {
  if (DisplayWidth(text) <= columns) return std::string(text);
  std::string result;
  size_t width = 0;
  while (!text.empty()) {
    const Utf8Character character = FirstCharacter(text);
    width += WidthOf(character.code);
    if (width + 1 > columns) break;
    result += text.substr(0, character.bytes);
    text.remove_prefix(character.bytes);
  }
  if (columns > 0) result += "…";
  return result;
}

}  // namespace tunesmith::cli
