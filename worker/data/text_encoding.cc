#include "worker/data/text_encoding.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

// What windows-1252 has at 0x80 to 0x9f; 0 where it has nothing.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};
// No UTF-8 text holds it.
constexpr char kNoCharacter = '\xff';
// Share of units of UTF-16 whose upper byte is 0, and of those whose lower one
// is, in a text of Latin letters.
constexpr double kMostUnits = 0.4;
constexpr double kHardlyAnyUnit = 0.05;
// More bytes beyond ASCII than Western European languages have.
constexpr double kForeignShare = 0.3;

void AppendUtf8(uint32_t code, std::string& text) {
  if (code < 0x80) {
    text.push_back(static_cast<char>(code));
    return;
  }
  const int length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  constexpr uint8_t kLead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  text.push_back(
      static_cast<char>(kLead[length] | (code >> (6 * (length - 1)))));
  for (int i = length - 2; i >= 0; --i) {
    text.push_back(static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3f)));
  }
}

bool IsHighSurrogate(uint16_t unit) { return (unit & 0xfc00) == 0xd800; }
bool IsLowSurrogate(uint16_t unit) { return (unit & 0xfc00) == 0xdc00; }

bool IsUtf16(TextEncoding encoding) {
  return encoding == TextEncoding::kUtf16Le ||
         encoding == TextEncoding::kUtf16Be;
}

double Share(int64_t part, int64_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::string_view EncodingName(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::kDetect:
    case TextEncoding::kUtf8:
      return "UTF-8";
    case TextEncoding::kWindows1252:
      return "windows-1252";
    case TextEncoding::kLatin1:
      return "latin-1";
    case TextEncoding::kUtf16Le:
      return "UTF-16, little endian";
    case TextEncoding::kUtf16Be:
      return "UTF-16, big endian";
  }
  return "";
}

std::string_view EncodingField(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::kDetect:
    case TextEncoding::kUtf8:
      return "UTF_8";
    case TextEncoding::kWindows1252:
      return "WINDOWS_1252";
    case TextEncoding::kLatin1:
      return "LATIN_1";
    case TextEncoding::kUtf16Le:
      return "UTF_16LE";
    case TextEncoding::kUtf16Be:
      return "UTF_16BE";
  }
  return "";
}

std::optional<ByteOrderMark> MarkOf(std::string_view start) {
  if (start.starts_with("\xef\xbb\xbf")) return {{TextEncoding::kUtf8, 3}};
  if (start.starts_with("\xff\xfe")) return {{TextEncoding::kUtf16Le, 2}};
  if (start.starts_with("\xfe\xff")) return {{TextEncoding::kUtf16Be, 2}};
  return std::nullopt;
}

std::optional<TextEncoding> Utf16WithoutMark(std::string_view start) {
  const auto units = static_cast<int64_t>(start.size() / 2);
  int64_t first_zeros = 0;
  int64_t second_zeros = 0;
  for (int64_t i = 0; i < units; ++i) {
    first_zeros += start[2 * i] == '\0';
    second_zeros += start[2 * i + 1] == '\0';
  }
  const double first = Share(first_zeros, units);
  const double second = Share(second_zeros, units);
  if (second > kMostUnits && first < kHardlyAnyUnit) {
    return TextEncoding::kUtf16Le;
  }
  if (first > kMostUnits && second < kHardlyAnyUnit) {
    return TextEncoding::kUtf16Be;
  }
  return std::nullopt;
}

void Decoder::Decode(std::string_view bytes, std::string& text) {
  if (encoding_ == TextEncoding::kUtf8) {
    text += bytes;
    return;
  }
  for (char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (!IsUtf16(encoding_)) {
      const bool in_table = byte >= 0x80 && byte < 0xa0;
      const bool is_latin1 = encoding_ == TextEncoding::kLatin1;
      control_bytes_ += in_table && is_latin1;
      const uint16_t code =
          in_table && !is_latin1 ? kWindows1252[byte - 0x80] : byte;
      if (in_table && code == 0) {
        text.push_back(kNoCharacter);
      } else {
        AppendUtf8(code, text);
      }
    } else if (!half_unit_.has_value()) {
      half_unit_ = byte;
    } else {
      const bool little = encoding_ == TextEncoding::kUtf16Le;
      const uint8_t upper = little ? byte : *half_unit_;
      const uint8_t lower = little ? *half_unit_ : byte;
      half_unit_.reset();
      DecodeUnit(static_cast<uint16_t>(upper << 8 | lower), text);
    }
  }
}

void Decoder::DecodeUnit(uint16_t unit, std::string& text) {
  if (high_surrogate_.has_value()) {
    const uint16_t high = *high_surrogate_;
    high_surrogate_.reset();
    if (IsLowSurrogate(unit)) {
      AppendUtf8(0x10000 + ((high & 0x3ffu) << 10) + (unit & 0x3ffu), text);
      return;
    }
    text.push_back(kNoCharacter);
  }
  if (IsHighSurrogate(unit)) {
    high_surrogate_ = unit;
  } else if (IsLowSurrogate(unit)) {
    text.push_back(kNoCharacter);
  } else {
    AppendUtf8(unit, text);
  }
}

void Decoder::Finish(std::string& text) {
  if (half_unit_.has_value() || high_surrogate_.has_value()) {
    text.push_back(kNoCharacter);
  }
  half_unit_.reset();
  high_surrogate_.reset();
}

bool HasBeyondAscii(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) >= 0x80; });
}

void EncodingGuess::AddBroken(std::string_view row) {
  ++broken_rows_;
  starts_with_zero_ += row.starts_with('\0');
  bytes_ += static_cast<int64_t>(row.size());
  for (char c : row) {
    const auto byte = static_cast<uint8_t>(c);
    zero_bytes_ += byte == 0;
    if (byte >= 0xa0) {
      ++latin_bytes_;
    } else if (byte >= 0x80) {
      ++(kWindows1252[byte - 0x80] == 0 ? undefined_bytes_ : windows_bytes_);
    }
  }
}

std::optional<TextEncoding> EncodingGuess::Best() const {
  if (Share(zero_bytes_, bytes_) > kHardlyAnyUnit) {
    // A line end's zero byte comes after it, and so before the next row.
    return 2 * starts_with_zero_ > broken_rows_ ? TextEncoding::kUtf16Le
                                                : TextEncoding::kUtf16Be;
  }
  if (undefined_bytes_ > 0 || utf8_rows_ > broken_rows_ ||
      Share(windows_bytes_ + latin_bytes_, bytes_) > kForeignShare) {
    return std::nullopt;
  }
  return TextEncoding::kWindows1252;
}

std::optional<DataFinding> EncodingGuess::Finding() const {
  if (broken_rows_ == 0) return std::nullopt;
  return DataFinding{.code = FindingCode::kOtherEncoding,
                     .severity = FindingSeverity::kWarning,
                     .message = Message(),
                     .suggestion = Suggestion(),
                     .count = broken_rows_};
}

std::string EncodingGuess::Message() const {
  std::string text = absl::StrCat("rows that are not UTF-8: ", broken_rows_);
  const std::optional<TextEncoding> best = Best();
  if (best.has_value()) {
    absl::StrAppend(&text, "; the file seems to be in ",
                    std::string(EncodingName(*best)));
    if (best == TextEncoding::kWindows1252 && windows_bytes_ == 0) {
      absl::StrAppend(&text, " or latin-1, which read it alike");
    }
  } else if (utf8_rows_ > broken_rows_) {
    absl::StrAppend(&text, ", while ", utf8_rows_,
                    " others with letters beyond ASCII are: parts of several "
                    "encodings seem to have been joined");
  } else {
    absl::StrAppend(&text,
                    "; which encoding the file is in cannot be told, it is not "
                    "a Western European one");
  }
  return text;
}

std::string EncodingGuess::Suggestion() const {
  const std::optional<TextEncoding> best = Best();
  if (best.has_value()) {
    return absl::StrCat("set the format's `encoding` to ",
                        std::string(EncodingField(*best)));
  }
  return utf8_rows_ > broken_rows_
             ? "save those rows as UTF-8 too: one encoding for all would spoil "
               "the others"
             : "save the file as UTF-8 from the program that wrote it";
}

}  // namespace tunesmith::worker
