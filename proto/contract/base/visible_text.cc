#include "proto/contract/base/visible_text.h"

#include <cstdint>

#include "absl/strings/str_format.h"
#include "proto/contract/base/utf8.h"

namespace tunesmith {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

// White space (Unicode's White_Space) beside the plain space, controls,
// characters without width (Default_Ignorable_Code_Point) and marks of
// direction.
constexpr Range kInvisible[] = {
    {0x00, 0x1F},     {0x7F, 0xA0},     {0xAD, 0xAD},      {0x34F, 0x34F},
    {0x61C, 0x61C},   {0x115F, 0x1160}, {0x1680, 0x1680},  {0x17B4, 0x17B5},
    {0x180B, 0x180F}, {0x2000, 0x200F}, {0x2028, 0x202F},  {0x205F, 0x206F},
    {0x3000, 0x3000}, {0x3164, 0x3164}, {0xFE00, 0xFE0F},  {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0xE0000, 0xE0FFF}};

bool IsInvisible(uint32_t code) {
  for (const Range& range : kInvisible) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

std::string Escape(uint32_t code) {
  switch (code) {
    case '\t':
      return "\\t";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    default:
      return code > 0xFFFF ? absl::StrFormat("\\U%08x", code)
                           : absl::StrFormat("\\u%04x", code);
  }
}

}  // namespace

std::string VisibleText(std::string_view text) {
  std::string visible;
  const std::string_view whole = text;
  while (!text.empty()) {
    Utf8Character character = FirstCharacter(text);
    const bool outer =
        text.data() == whole.data() || text.size() == character.bytes;
    if (!character.valid) {
      visible += absl::StrFormat("\\x%02x", static_cast<uint8_t>(text[0]));
    } else if (IsInvisible(character.code) ||
               (character.code == ' ' && outer)) {
      visible += Escape(character.code);
    } else {
      visible += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return visible;
}

std::string_view WithoutOuterSpace(std::string_view text) {
  while (!text.empty()) {
    Utf8Character first = FirstCharacter(text);
    if (!first.valid || (first.code != ' ' && !IsInvisible(first.code))) break;
    text.remove_prefix(first.bytes);
  }
  const char* end = text.data();
  for (std::string_view rest = text; !rest.empty();) {
    Utf8Character next = FirstCharacter(rest);
    rest.remove_prefix(next.bytes);
    if (!next.valid || (next.code != ' ' && !IsInvisible(next.code))) {
      end = rest.data();
    }
  }
  return text.substr(0, end - text.data());
}

}  // namespace tunesmith
