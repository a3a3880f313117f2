// Netpbm's portable bitmaps, greymaps and pixmaps: P1 to P6.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/images/formats.h"

namespace tunesmith::worker {
namespace {

constexpr uint32_t kMaxNumber = 1'000'000'000;
constexpr uint32_t kMaxSample = 65535;

// The text in front of the pixels, and pixels as text.
class PnmText {
 public:
  explicit PnmText(std::string_view rest) : rest_(rest) {}

  // The next number, behind white space and comments. No value at the end, for
  // anything else and for numbers that nothing here has.
  std::optional<uint32_t> Next() {
    SkipSpace();
    uint32_t number = 0;
    size_t digits = 0;
    while (digits < rest_.size() && absl::ascii_isdigit(rest_[digits])) {
      number = number * 10 + static_cast<uint32_t>(rest_[digits] - '0');
      if (number > kMaxNumber) return std::nullopt;
      ++digits;
    }
    rest_.remove_prefix(digits);
    return digits == 0 ? std::nullopt : std::optional(number);
  }

  // The next 0 or 1, which need nothing between them.
  std::optional<uint32_t> NextBit() {
    SkipSpace();
    if (rest_.empty() || (rest_[0] != '0' && rest_[0] != '1')) {
      return std::nullopt;
    }
    const uint32_t bit = rest_[0] == '1' ? 1 : 0;
    rest_.remove_prefix(1);
    return bit;
  }

  // What stands behind the one character that ends the header.
  std::string_view Binary() const {
    return rest_.empty() ? rest_ : rest_.substr(1);
  }

 private:
  void SkipSpace() {
    while (!rest_.empty()) {
      if (rest_[0] == '#') {
        rest_.remove_prefix(
            std::min(rest_.find_first_of("\r\n"), rest_.size()));
      } else if (absl::ascii_isspace(rest_[0])) {
        rest_.remove_prefix(1);
      } else {
        return;
      }
    }
  }

  std::string_view rest_;
};

struct Kind {
  // 1: black and white; 2: grey; 3: colours.
  int content = 1;
  bool is_text = false;
  uint32_t largest = 1;
  size_t channels() const { return content == 3 ? 3 : 1; }
};

// The pixels one by one, left to right.
class Samples {
 public:
  Samples(PnmText text, const Kind& kind)
      : text_(text), binary_(text.Binary()), kind_(kind) {}

  std::optional<uint32_t> Next(bool begins_row) {
    if (kind_.is_text) {
      auto sample = kind_.content == 1 ? text_.NextBit() : text_.Next();
      if (sample.has_value() && *sample > kind_.largest) return std::nullopt;
      return sample;
    }
    if (kind_.content == 1) return NextPackedBit(begins_row);
    uint32_t sample = 0;
    for (int i = 0; i < (kind_.largest > 255 ? 2 : 1); ++i) {
      if (at_ == binary_.size()) return std::nullopt;
      sample = sample << 8 | static_cast<uint8_t>(binary_[at_++]);
    }
    return std::min(sample, kind_.largest);
  }

 private:
  // Rows begin at a byte.
  std::optional<uint32_t> NextPackedBit(bool begins_row) {
    if (begins_row || bit_ == 8) {
      if (at_ == binary_.size()) return std::nullopt;
      byte_ = static_cast<uint8_t>(binary_[at_++]);
      bit_ = 0;
    }
    return byte_ >> (7 - bit_++) & 1;
  }

  PnmText text_;
  const std::string_view binary_;
  const Kind kind_;
  size_t at_ = 0;
  uint8_t byte_ = 0;
  int bit_ = 8;
};

// In a bitmap 1 is black. Halves go to the even number, as Python's round.
uint8_t Scaled(uint32_t sample, const Kind& kind) {
  if (kind.content == 1) return sample == 0 ? 255 : 0;
  // The upper byte of 16 bits, as of other formats.
  if (kind.content == 2 && kind.largest > 255) {
    return static_cast<uint8_t>(
        static_cast<uint32_t>(std::nearbyint(static_cast<double>(sample) /
                                             kind.largest * kMaxSample)) >>
        8);
  }
  return static_cast<uint8_t>(
      std::nearbyint(static_cast<double>(sample) / kind.largest * 255));
}

}  // namespace

absl::StatusOr<DecodedFile> DecodePnm(std::string_view bytes,
                                      const ImageLimits& limits) {
  if (bytes.size() < 2 || bytes[0] != 'P' || bytes[1] < '1' || bytes[1] > '6') {
    return BadImage("the PNM is damaged: it is of no known kind");
  }
  const int variant = bytes[1] - '0';
  Kind kind{.content = (variant - 1) % 3 + 1, .is_text = variant <= 3};
  PnmText text(bytes.substr(2));
  const std::optional<uint32_t> width = text.Next();
  const std::optional<uint32_t> height = text.Next();
  const std::optional<uint32_t> largest =
      kind.content == 1 ? std::optional<uint32_t>(1) : text.Next();
  if (!width.has_value() || !height.has_value() || !largest.has_value() ||
      *largest < 1 || *largest > kMaxSample) {
    return BadImage("the PNM is damaged: its header cannot be read");
  }
  kind.largest = *largest;
  TUNESMITH_ASSIGN_OR_RETURN(PictureTurn turn,
                             AdmitPicture(*width, *height, limits));
  DecodedFile file(std::move(turn), *width, *height);
  file.traits.is_deep_grey = kind.content == 2 && kind.largest > 255;
  file.image.rgb.reserve(file.pixels() * 3);
  Samples samples(text, kind);
  uint32_t all_bits = 0;
  for (size_t i = 0; i < file.pixels() * kind.channels(); ++i) {
    const bool begins_row = i % (*width * kind.channels()) == 0;
    const std::optional<uint32_t> sample = samples.Next(begins_row);
    if (!sample.has_value()) return BadImage("the PNM is damaged or cut off");
    if (kind.largest == kMaxSample) all_bits |= *sample;
    const uint8_t value = Scaled(*sample, kind);
    file.image.rgb.insert(file.image.rgb.end(), kind.content == 3 ? 1 : 3,
                          value);
  }
  file.traits.used_bits = static_cast<int>(std::bit_width(all_bits));
  return file;
}

}  // namespace tunesmith::worker
