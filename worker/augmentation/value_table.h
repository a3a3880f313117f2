#ifndef TUNESMITH_WORKER_AUGMENTATION_VALUE_TABLE_H_
#define TUNESMITH_WORKER_AUGMENTATION_VALUE_TABLE_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include "worker/images/image.h"

namespace tunesmith::worker {

// What becomes of each of the 256 values.
using ValueTable = std::array<uint8_t, 256>;

// `value_of` takes an int and returns one from 0 to 255.
template <typename ValueOf>
ValueTable MakeValueTable(const ValueOf& value_of) {
  ValueTable table;
  for (int i = 0; i < 256; ++i) {
    table[static_cast<size_t>(i)] = static_cast<uint8_t>(value_of(i));
  }
  return table;
}

// The same for all channels.
inline void Look(const ValueTable& table, Image& image) {
  for (uint8_t& value : image.rgb) value = table[value];
}

// One for each channel.
inline void Look(const std::array<ValueTable, 3>& tables, Image& image) {
  for (size_t i = 0; i + 2 < image.rgb.size(); i += 3) {
    for (size_t c = 0; c < 3; ++c) {
      image.rgb[i + c] = tables[c][image.rgb[i + c]];
    }
  }
}

// From `base` to `value` for factors of 0 to 1, beyond it for larger ones; its
// fraction is cut off, as Pillow does.
inline uint8_t Blend(int base, int value, float factor) {
  const float mixed =
      static_cast<float>(base) + factor * static_cast<float>(value - base);
  return static_cast<uint8_t>(std::clamp(mixed, 0.0f, 255.0f));
}

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_VALUE_TABLE_H_
