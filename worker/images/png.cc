// Through libpng.
#include <png.h>

#include <algorithm>
#include <bit>
#include <csetjmp>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/images/formats.h"
#include "worker/images/orientation.h"

namespace tunesmith::worker {
namespace {

// Of a chunk that is kept whole, such as a colour profile.
constexpr png_alloc_size_t kMaxChunkBytes = 16 << 20;

// One file on its way; see JpegDecoder.
class PngDecoder {
 public:
  explicit PngDecoder(std::string_view bytes) : rest_(bytes) {
    png_ =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, this, OnError, OnWarning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  bool ReadHeader() {
    if (info_ == nullptr) return false;
    return Try([&] {
      png_set_read_fn(png_, this, OnRead);
      png_set_chunk_malloc_max(png_, kMaxChunkBytes);
      // Sizes are checked by whoever asks for them.
      png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);
      png_read_info(png_, info_);
    });
  }

  // Rows become three bytes a pixel.
  bool Start() {
    return Try([&] {
      const png_byte depth = png_get_bit_depth(png_, info_);
      const png_byte type = png_get_color_type(png_, info_);
      is_deep_grey_ = depth == 16 && type == PNG_COLOR_TYPE_GRAY;
      png_set_palette_to_rgb(png_);
      png_set_expand_gray_1_2_4_to_8(png_);
      png_set_tRNS_to_alpha(png_);
      png_set_gray_to_rgb(png_);
      png_set_read_user_transform_fn(png_, OnRow);
      png_set_user_transform_info(png_, this, 8, 3);
      png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
  }

  bool ReadRows(std::vector<png_bytep>& rows) {
    return Try([&] { png_read_image(png_, rows.data()); });
  }

  // What stands behind the picture; EXIF may be there.
  bool ReadEnd() {
    return Try([&] { png_read_end(png_, info_); });
  }

  int64_t width() const { return png_get_image_width(png_, info_); }
  int64_t height() const { return png_get_image_height(png_, info_); }
  // Before Start.
  int64_t stored_bytes() const {
    return static_cast<int64_t>(row_bytes()) * height();
  }
  size_t row_bytes() const { return png_get_rowbytes(png_, info_); }

  std::string Exif() const {
    png_bytep data = nullptr;
    png_uint_32 size = 0;
    if (png_get_eXIf_1(png_, info_, &size, &data) == 0) return "";
    return std::string(reinterpret_cast<const char*>(data), size);
  }

  // Once all rows are read.
  ImageTraits Traits() const {
    return {.alpha_range = std::max(0, most_alpha_ - least_alpha_),
            .used_bits = static_cast<int>(std::bit_width(all_deep_bits_)),
            .is_deep_grey = is_deep_grey_};
  }

  absl::Status Error() const {
    if (cut_off_) return BadImage("the PNG is cut off");
    return BadImage(absl::StrCat("the PNG is damaged: ", message_));
  }

 private:
  template <typename Call>
  bool Try(const Call& call) {
    if (setjmp(jump_) != 0) return false;
    call();
    return true;
  }

  static void OnError(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngDecoder*>(png_get_error_ptr(png));
    std::strncpy(self->message_, message, sizeof self->message_ - 1);
    std::longjmp(self->jump_, 1);
  }
  static void OnWarning(png_structp, png_const_charp) {}
  static void OnRead(png_structp png, png_bytep target, size_t size) {
    auto* self = static_cast<PngDecoder*>(png_get_io_ptr(png));
    if (size > self->rest_.size()) {
      self->cut_off_ = true;
      png_error(png, "cut off");
    }
    std::memcpy(target, self->rest_.data(), size);
    self->rest_.remove_prefix(size);
  }

  // Drops alpha and lower bytes in place, and keeps in mind what they were.
  static void OnRow(png_structp png, png_row_infop row, png_bytep data) {
    auto* self = static_cast<PngDecoder*>(png_get_user_transform_ptr(png));
    const size_t bytes = row->bit_depth / 8;
    const bool has_alpha = row->channels == 4;
    png_bytep from = data;
    png_bytep to = data;
    for (png_uint_32 x = 0; x < row->width; ++x) {
      for (int channel = 0; channel < 3; ++channel, from += bytes) {
        if (bytes == 2) {
          self->all_deep_bits_ |= static_cast<unsigned>(from[0] << 8 | from[1]);
        }
        *to++ = from[0];
      }
      if (!has_alpha) continue;
      const int alpha = from[0];
      from += bytes;
      self->least_alpha_ = std::min(self->least_alpha_, alpha);
      self->most_alpha_ = std::max(self->most_alpha_, alpha);
    }
  }

  std::string_view rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_;
  char message_[200] = {};
  bool cut_off_ = false;
  bool is_deep_grey_ = false;
  unsigned all_deep_bits_ = 0;
  int least_alpha_ = 255;
  int most_alpha_ = 0;
};

}  // namespace

absl::StatusOr<DecodedFile> DecodePng(std::string_view bytes,
                                      const ImageLimits& limits) {
  PngDecoder decoder(bytes);
  if (!decoder.ReadHeader()) return decoder.Error();
  TUNESMITH_ASSIGN_OR_RETURN(
      PictureTurn turn,
      AdmitPicture(decoder.width(), decoder.height(), limits));
  // Deflate makes no more of a byte than this (zlib's documentation).
  constexpr int64_t kMaxRatio = 1032;
  if (decoder.stored_bytes() / kMaxRatio > static_cast<int64_t>(bytes.size())) {
    return BadImage("the PNG is cut off");
  }
  if (!decoder.Start()) return decoder.Error();
  DecodedFile file(std::move(turn), decoder.width(), decoder.height());
  const size_t row_bytes = static_cast<size_t>(decoder.width()) * 3;
  if (decoder.row_bytes() != row_bytes) {
    return BadImage("the PNG is of a kind that is not supported");
  }
  file.image.rgb.resize(file.pixels() * 3);
  std::vector<png_bytep> rows;
  for (int64_t y = 0; y < decoder.height(); ++y) {
    rows.push_back(file.image.rgb.data() + static_cast<size_t>(y) * row_bytes);
  }
  if (!decoder.ReadRows(rows) || !decoder.ReadEnd()) return decoder.Error();
  file.traits = decoder.Traits();
  file.orientation = OrientationOf(decoder.Exif());
  return file;
}

}  // namespace tunesmith::worker
