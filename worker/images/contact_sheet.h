#ifndef TUNESMITH_WORKER_IMAGES_CONTACT_SHEET_H_
#define TUNESMITH_WORKER_IMAGES_CONTACT_SHEET_H_

#include <cstddef>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "worker/images/image.h"

namespace tunesmith::worker {

// A message of 4 MiB holds it with room to spare.
inline constexpr size_t kMaxSheetBytes = 2'500'000;

struct SheetLayout {
  int columns = 1;
  // Whether the rows' numbers, from 1 on, stand left of them. They do where
  // squares are high enough for them.
  bool numbered = false;
};

// Pictures side by side: squares of `side` pixels with a thin white gap around
// each. A picture is scaled to fit and stands in the middle of its square.
Image ContactSheet(std::span<const Image> pictures, const SheetLayout& layout,
                   int side);

// A picture no larger than ContactSheetPng shows it, so that many of them can
// be kept for it.
Image TileOf(Image picture);

// The same as a PNG file of at most `max_bytes`, with squares of at most 160
// pixels, and no larger than the largest picture; smaller ones as needed. At
// least one picture. INTERNAL: there is no PNG that small.
absl::StatusOr<std::string> ContactSheetPng(std::span<const Image> pictures,
                                            const SheetLayout& layout,
                                            size_t max_bytes = kMaxSheetBytes);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_CONTACT_SHEET_H_
