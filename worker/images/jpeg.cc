// Through libjpeg-turbo with the settings that Pillow uses.
#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <string>

// jpeglib.h needs what stands above it, and jerror.h needs jpeglib.h.
// clang-format off
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include "absl/strings/str_cat.h"
#include "worker/images/formats.h"
#include "worker/images/out_of_memory.h"

namespace tunesmith::worker {
namespace {

constexpr std::string_view kExifStart("Exif\0\0", 6);
// Of a library that would otherwise believe whatever a file declares.
constexpr long kMaxWorkingBytes = 1L << 30;
// Scans of a progressive file; each takes the time of a whole picture.
constexpr int kMaxScans = 200;

// libjpeg tells of errors by a call that must not return.
struct ErrorTrap {
  jpeg_error_mgr manager;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX] = {};
};

void Escape(j_common_ptr info) {
  auto* trap = reinterpret_cast<ErrorTrap*>(info->err);
  info->err->format_message(info, trap->message);
  std::longjmp(trap->jump, 1);
}

void OnMessage(j_common_ptr info, int level) {
  // Of warnings, only the end of the data counts: what follows is made up.
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) Escape(info);
}

void Ignore(j_common_ptr) {}

void LimitScans(j_common_ptr info) {
  auto* decoder = reinterpret_cast<j_decompress_ptr>(info);
  if (info->is_decompressor && decoder->input_scan_number > kMaxScans) {
    ERREXIT(info, JERR_BAD_PROGRESSION);
  }
}

// One file on its way. All that has a destructor lives here and not in
// functions that longjmp leaves.
class JpegDecoder {
 public:
  explicit JpegDecoder(std::string_view bytes) {
    info_.err = jpeg_std_error(&trap_.manager);
    trap_.manager.error_exit = Escape;
    trap_.manager.emit_message = OnMessage;
    trap_.manager.output_message = Ignore;
    created_ = Try([&] {
      jpeg_create_decompress(&info_);
      info_.mem->max_memory_to_use = kMaxWorkingBytes;
      progress_.progress_monitor = LimitScans;
      info_.progress = &progress_;
      jpeg_mem_src(&info_, reinterpret_cast<const uint8_t*>(bytes.data()),
                   bytes.size());
      jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xffff);
    });
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&info_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  bool ReadHeader() {
    return created_ && Try([&] { jpeg_read_header(&info_, TRUE); });
  }

  bool Start() {
    return Try([&] {
      bool cmyk = info_.num_components == 4;
      info_.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
      info_.dct_method = JDCT_ISLOW;
      jpeg_start_decompress(&info_);
    });
  }

  // `bytes_per_row`: of `rows`.
  bool ReadRows(uint8_t* rows, size_t bytes_per_row) {
    return Try([&] {
      while (info_.output_scanline < info_.output_height) {
        uint8_t* row = rows + info_.output_scanline * bytes_per_row;
        jpeg_read_scanlines(&info_, &row, 1);
      }
    });
  }

  const jpeg_decompress_struct& info() const { return info_; }

  std::string Exif() const {
    for (auto* marker = info_.marker_list; marker; marker = marker->next) {
      std::string_view data(reinterpret_cast<const char*>(marker->data),
                            marker->data_length);
      if (data.starts_with(kExifStart)) {
        return std::string(data.substr(kExifStart.size()));
      }
    }
    return "";
  }

  absl::Status Error() const {
    if (trap_.manager.msg_code == JWRN_JPEG_EOF) {
      return BadImage("the JPEG is cut off");
    }
    if (trap_.manager.msg_code == JERR_OUT_OF_MEMORY) {
      return PictureOutOfMemory();
    }
    return BadImage(absl::StrCat("the JPEG is damaged: ", trap_.message));
  }

 private:
  template <typename Call>
  bool Try(const Call& call) {
    if (setjmp(trap_.jump) != 0) return false;
    call();
    return true;
  }

  jpeg_decompress_struct info_ = {};
  jpeg_progress_mgr progress_ = {};
  ErrorTrap trap_;
  bool created_ = false;
};

// Four components to three, in place of a colour profile: what ink leaves of
// white. Adobe's programs store ink the other way round.
void CmykToRgb(const std::vector<uint8_t>& cmyk, bool inverted, Image& image) {
  for (size_t i = 0; i < cmyk.size() / 4; ++i) {
    auto ink = [&](size_t channel) {
      int value = cmyk[i * 4 + channel];
      return inverted ? 255 - value : value;
    };
    const int white = 255 - ink(3);
    for (size_t channel = 0; channel < 3; ++channel) {
      // Rounded division by 255.
      int product = ink(channel) * white + 128;
      int covered = ((product >> 8) + product) >> 8;
      image.rgb[i * 3 + channel] =
          static_cast<uint8_t>(std::max(white - covered, 0));
    }
  }
}

}  // namespace

absl::StatusOr<DecodedFile> DecodeJpeg(std::string_view bytes,
                                       const ImageLimits& limits) {
  JpegDecoder decoder(bytes);
  if (!decoder.ReadHeader()) return decoder.Error();
  const jpeg_decompress_struct& info = decoder.info();
  absl::Status size =
      CheckImageSize(info.image_width, info.image_height, limits);
  if (!size.ok()) return size;
  if (!decoder.Start()) return decoder.Error();
  DecodedFile file;
  file.image.width = static_cast<int>(info.output_width);
  file.image.height = static_cast<int>(info.output_height);
  const size_t pixels =
      static_cast<size_t>(info.output_width) * info.output_height;
  file.image.rgb.resize(pixels * 3);
  if (info.out_color_space == JCS_CMYK) {
    std::vector<uint8_t> cmyk(pixels * 4);
    if (!decoder.ReadRows(cmyk.data(), info.output_width * size_t{4})) {
      return decoder.Error();
    }
    CmykToRgb(cmyk, info.saw_Adobe_marker, file.image);
  } else if (!decoder.ReadRows(file.image.rgb.data(),
                               info.output_width * size_t{3})) {
    return decoder.Error();
  }
  file.exif = decoder.Exif();
  return file;
}

}  // namespace tunesmith::worker
