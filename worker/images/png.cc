// Through libpng.
#include <png.h>

#include <csetjmp>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/images/formats.h"

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
      png_set_palette_to_rgb(png_);
      png_set_expand_gray_1_2_4_to_8(png_);
      png_set_strip_16(png_);
      png_set_strip_alpha(png_);
      png_set_gray_to_rgb(png_);
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
  size_t row_bytes() const { return png_get_rowbytes(png_, info_); }

  std::string Exif() const {
    png_bytep data = nullptr;
    png_uint_32 size = 0;
    if (png_get_eXIf_1(png_, info_, &size, &data) == 0) return "";
    return std::string(reinterpret_cast<const char*>(data), size);
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

  std::string_view rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_;
  char message_[200] = {};
  bool cut_off_ = false;
};

}  // namespace

absl::StatusOr<DecodedFile> DecodePng(std::string_view bytes,
                                      const ImageLimits& limits) {
  PngDecoder decoder(bytes);
  if (!decoder.ReadHeader()) return decoder.Error();
  absl::Status size = CheckImageSize(decoder.width(), decoder.height(), limits);
  if (!size.ok()) return size;
  if (!decoder.Start()) return decoder.Error();
  DecodedFile file;
  file.image.width = static_cast<int>(decoder.width());
  file.image.height = static_cast<int>(decoder.height());
  const size_t row_bytes = static_cast<size_t>(decoder.width()) * 3;
  if (decoder.row_bytes() != row_bytes) {
    return BadImage("the PNG is of a kind that is not supported");
  }
  file.image.rgb.resize(row_bytes * static_cast<size_t>(decoder.height()));
  std::vector<png_bytep> rows;
  for (int64_t y = 0; y < decoder.height(); ++y) {
    rows.push_back(file.image.rgb.data() + static_cast<size_t>(y) * row_bytes);
  }
  if (!decoder.ReadRows(rows) || !decoder.ReadEnd()) return decoder.Error();
  file.exif = decoder.Exif();
  return file;
}

}  // namespace tunesmith::worker
