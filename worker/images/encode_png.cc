#include "worker/images/encode_png.h"

#include <png.h>

#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tunesmith::worker {

absl::StatusOr<std::string> EncodePng(const Image& image) {
  png_image header;
  std::memset(&header, 0, sizeof header);
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&header, bytes.data(), &size,
                                /*convert_to_8_bit=*/0, image.rgb.data(),
                                /*row_stride=*/0, /*colormap=*/nullptr) == 0) {
    return absl::InternalError(
        absl::StrCat("cannot write a PNG: ", header.message));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace tunesmith::worker
