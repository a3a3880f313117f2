#include "proto/contract/labels/label_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "proto/contract/base/utf8.h"

namespace tunesmith {
namespace {

constexpr size_t kShownBytes = 100;
constexpr int64_t kMaxNumberDigits = 40;

// One character and its bytes.
struct Character {
  int32_t code = 0;
  std::string_view bytes;
};

// The first character; a byte that is none has a negative code.
Character FirstOf(std::string_view text) {
  utf8proc_int32_t code = -1;
  const utf8proc_ssize_t size =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &code);
  if (size <= 0) return {-1, text.substr(0, 1)};
  return {code, text.substr(0, static_cast<size_t>(size))};
}

// Says how another one looks, or joins its neighbours: part of a picture that
// people mean.
bool IsJoiner(int32_t code) {
  return code == 0x034f || (code >= 0xfe00 && code <= 0xfe0f) ||
         (code >= 0xe0100 && code <= 0xe01ef) ||
         (code >= 0x180b && code <= 0x180f);
}

// White space, controls, and what leaves nothing on paper.
bool IsUnseen(int32_t code) {
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
      return true;
    default:
      break;
  }
  // Fillers and blanks that count as letters or symbols.
  return code == 0x115f || code == 0x1160 || code == 0x3164 || code == 0xffa0 ||
         code == 0x2800;
}

bool IsSpace(int32_t code) {
  const utf8proc_category_t category = utf8proc_category(code);
  return (code >= 0x09 && code <= 0x0d) || code == 0x85 ||
         category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

bool IsMark(int32_t code) {
  const utf8proc_category_t category = utf8proc_category(code);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
         category == UTF8PROC_CATEGORY_ME;
}

// `text` as utf8proc maps it; as it is where it is not UTF-8.
std::string Mapped(std::string_view text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options));
  std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(mapped, std::free);
  if (size < 0) return std::string(text);
  return std::string(reinterpret_cast<const char*>(mapped),
                     static_cast<size_t>(size));
}

std::string Composed(std::string_view text) {
  return Mapped(text, UTF8PROC_COMPOSE);
}

// Without the characters that `leave_out` is true for.
template <typename Predicate>
std::string Without(std::string_view text, Predicate leave_out) {
  std::string kept;
  while (!text.empty()) {
    const Character first = FirstOf(text);
    if (first.code < 0 || !leave_out(first.code)) kept += first.bytes;
    text.remove_prefix(first.bytes.size());
  }
  return kept;
}

std::string_view TrimUnseen(std::string_view text) {
  size_t begin = 0;
  size_t end = 0;
  bool any = false;
  for (size_t i = 0; i < text.size();) {
    const Character first = FirstOf(text.substr(i));
    const size_t next = i + first.bytes.size();
    if (first.code < 0 || !IsUnseen(first.code)) {
      if (!any) begin = i;
      any = true;
      end = next;
    }
    i = next;
  }
  return text.substr(begin, end - begin);
}

std::string_view TakeDigits(std::string_view& text) {
  size_t size = 0;
  while (size < text.size() && absl::ascii_isdigit(text[size])) ++size;
  std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

// The power of ten at the end of a number; false where there is no sound one.
bool TakeExponent(std::string_view& text, int64_t& exponent) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return true;
  text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::string_view digits = TakeDigits(text);
  if (digits.empty() || digits.size() > 4) return false;
  for (char digit : digits) exponent = exponent * 10 + (digit - '0');
  if (negative) exponent = -exponent;
  return true;
}

std::string Escaped(int32_t code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return code > 0xffff ? absl::StrFormat("\\U%08x", code)
                           : absl::StrFormat("\\u%04x", code);
  }
}

}  // namespace

std::optional<std::string> ShortestNumber(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string digits(TakeDigits(text));
  int64_t point = static_cast<int64_t>(digits.size());
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += TakeDigits(text);
  }
  int64_t exponent = 0;
  if (digits.empty() || !TakeExponent(text, exponent) || !text.empty()) {
    return std::nullopt;
  }
  const size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, zeros);
  point += exponent - static_cast<int64_t>(zeros);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.empty()) return "0";
  const int64_t size = static_cast<int64_t>(digits.size());
  if (std::max(point, size) - std::min<int64_t>(point, 0) > kMaxNumberDigits) {
    return std::nullopt;
  }
  if (point >= size) {
    digits.append(static_cast<size_t>(point - size), '0');
  } else if (point > 0) {
    digits.insert(static_cast<size_t>(point), ".");
  } else {
    digits.insert(0, "0." + std::string(static_cast<size_t>(-point), '0'));
  }
  return (negative ? "-" : "") + digits;
}

bool IsWhole(std::string_view shortest_number) {
  return shortest_number.find('.') == std::string_view::npos;
}

bool IsLessWhole(std::string_view a, std::string_view b) {
  const bool a_negative = a.starts_with('-');
  if (a_negative != b.starts_with('-')) return a_negative;
  if (a_negative) std::swap(a, b);
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::string LabelKey(std::string_view label, LabelNormalization normalization) {
  if (normalization == LabelNormalization::kNone) return std::string(label);
  std::string key = Composed(TrimUnseen(label));
  const std::optional<std::string> number = ShortestNumber(key);
  if (number.has_value() && IsWhole(*number)) return *number;
  if (normalization == LabelNormalization::kTrim) return key;
  return Composed(Mapped(key, UTF8PROC_CASEFOLD));
}

std::string SimilarityKey(std::string_view text) {
  // Marks have their order before letters are folded, for one of them becomes
  // a letter; and folding can undo a form that has letters to fold.
  std::string key = Mapped(text, UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  for (int round = 0; round < 2; ++round) {
    key = Mapped(key, UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
  }
  key = Without(key, [](int32_t c) { return IsUnseen(c) || IsJoiner(c); });
  return ShortestNumber(key).value_or(key);
}

std::string_view DifferenceOf(std::string_view a, std::string_view b) {
  auto same = [&](auto change) { return change(a) == change(b); };
  auto is_unseen = [](int32_t c) {
    return !IsSpace(c) && (IsUnseen(c) || IsJoiner(c));
  };
  if (same(Composed)) return "Unicode's form";
  if (same([](std::string_view t) { return Without(t, IsSpace); })) {
    return "white space";
  }
  if (same([&](std::string_view t) { return Without(t, is_unseen); })) {
    return "invisible characters";
  }
  if (same([](std::string_view t) {
        return Mapped(t, UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
      })) {
    return "Unicode's form";
  }
  if (same([](std::string_view t) {
        return Composed(Mapped(t, UTF8PROC_CASEFOLD));
      })) {
    return "letter case";
  }
  const std::optional<std::string> number = ShortestNumber(a);
  if (number.has_value() && number == ShortestNumber(b)) {
    return "the spelling of a number";
  }
  return "case, white space, invisible characters or the like";
}

bool ReadsAsMissing(std::string_view text) {
  static constexpr std::string_view kWords[] = {
      "",       "nan",    "none",   "null",    "nil",      "na",   "n/a",
      "n.a.",   "nat",    "<na>",   "#n/a",    "#na",      "-nan", "-",
      "--",     "---",    "?",      "??",      "\\n",      ".",    "#ref!",
      "#null!", "(null)", "<null>", "missing", "undefined"};
  const std::string word = absl::AsciiStrToLower(std::string(TrimUnseen(text)));
  return std::find(std::begin(kWords), std::end(kWords), word) !=
         std::end(kWords);
}

std::string ShowText(std::string_view text) {
  const std::string_view shown = CutAtCharacter(text, kShownBytes);
  const bool is_composed = Composed(shown) == shown;
  std::string result = "\"";
  for (std::string_view rest = shown; !rest.empty();) {
    const Character first = FirstOf(rest);
    rest.remove_prefix(first.bytes.size());
    if (first.code < 0) {
      result +=
          absl::StrFormat("\\x%02x", static_cast<uint8_t>(first.bytes.front()));
    } else if (first.code == '"' || first.code == '\\') {
      absl::StrAppend(&result, "\\", std::string(first.bytes));
    } else if (first.code != ' ' &&
               (IsUnseen(first.code) || IsJoiner(first.code) ||
                (!is_composed && IsMark(first.code)))) {
      result += Escaped(first.code);
    } else {
      result += first.bytes;
    }
  }
  if (shown.size() < text.size()) result += "...";
  return result + "\"";
}

}  // namespace tunesmith
