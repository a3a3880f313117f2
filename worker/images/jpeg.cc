// Through libjpeg-turbo with the settings that Pillow uses.
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <utility>
#include <vector>

// jpeglib.h needs what stands above it, and jerror.h needs jpeglib.h.
// clang-format off
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/images/cmyk.h"
#include "worker/images/formats.h"
#include "worker/images/orientation.h"
#include "worker/images/out_of_memory.h"

namespace tunesmith::worker {
namespace {

constexpr std::string_view kExifStart("Exif\0\0", 6);
// What a progressive picture of ImageLimits::max_pixels needs for its
// coefficients: two bytes for each of up to four channels.
constexpr long kMaxWorkingBytes = 4L << 30;
// Scans of a progressive file; each takes the time of a whole picture.
constexpr int kMaxScans = 200;

// libjpeg tells of errors by a call that must not return.
struct ErrorTrap {
  jpeg_error_mgr manager;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX] = {};
  // The file ended before its end marker.
  bool cut_off = false;
  // What follows would be made up.
  bool incomplete = false;
};

void Escape(j_common_ptr info) {
  auto* trap = reinterpret_cast<ErrorTrap*>(info->err);
  info->err->format_message(info, trap->message);
  std::longjmp(trap->jump, 1);
}

void OnMessage(j_common_ptr info, int level) {
  if (level >= 0) return;
  auto* trap = reinterpret_cast<ErrorTrap*>(info->err);
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
      // By itself, it means that two bytes are missing.
      trap->cut_off = true;
      break;
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_MUST_RESYNC:
      trap->incomplete = true;
      Escape(info);
    default:
      // Such as bytes that nobody needs before a marker.
      break;
  }
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
      has_multiple_scans_ = jpeg_has_multiple_scans(&info_);
      jpeg_start_decompress(&info_);
    });
  }

  bool ReadRow(uint8_t* row) {
    return Try([&] { jpeg_read_scanlines(&info_, &row, 1); });
  }

  // A progressive file whose end is missing may lack whole scans, of which
  // libjpeg says nothing: the picture is then coarse.
  bool LacksScans() const {
    if (!trap_.cut_off || !has_multiple_scans_) return false;
    if (info_.coef_bits == nullptr) return true;
    for (int c = 0; c < info_.num_components; ++c) {
      for (int bits : std::span(info_.coef_bits[c])) {
        if (bits != 0) return true;
      }
    }
    return false;
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
    if (trap_.cut_off) return BadImage("the JPEG is cut off");
    if (trap_.incomplete) {
      return IncompleteImage(absl::StrCat(
          "the JPEG is damaged, and other programs make up its rest: ",
          trap_.message));
    }
    if (trap_.manager.msg_code == JERR_OUT_OF_MEMORY ||
        trap_.manager.msg_code == JERR_NO_BACKING_STORE) {
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
  bool has_multiple_scans_ = false;
};

// Ink is stored the other way round, as Adobe's programs do; Pillow takes that
// for granted also where no marker of theirs says so.
void ConvertCmykRow(std::span<const uint8_t> row, uint8_t* rgb) {
  for (size_t i = 0; i < row.size(); i += 4) {
    std::array<uint8_t, 4> ink;
    for (size_t channel = 0; channel < 4; ++channel) {
      ink[channel] = static_cast<uint8_t>(255 - row[i + channel]);
    }
    for (uint8_t value : CmykToRgb(ink)) *rgb++ = value;
  }
}

}  // namespace

absl::StatusOr<DecodedFile> DecodeJpeg(std::string_view bytes,
                                       const ImageLimits& limits) {
  JpegDecoder decoder(bytes);
  if (!decoder.ReadHeader()) return decoder.Error();
  const jpeg_decompress_struct& info = decoder.info();
  TUNESMITH_ASSIGN_OR_RETURN(
      PictureTurn turn,
      AdmitPicture(info.image_width, info.image_height, limits));
  if (!decoder.Start() || decoder.LacksScans()) return decoder.Error();
  DecodedFile file(std::move(turn), info.output_width, info.output_height);
  const bool is_cmyk = info.out_color_space == JCS_CMYK;
  std::vector<uint8_t> cmyk(is_cmyk ? info.output_width * size_t{4} : 0);
  for (JDIMENSION y = 0; y < info.output_height; ++y) {
    uint8_t* rgb = file.AddRows(1);
    if (!decoder.ReadRow(is_cmyk ? cmyk.data() : rgb)) return decoder.Error();
    if (is_cmyk) ConvertCmykRow(cmyk, rgb);
  }
  file.orientation = OrientationOf(decoder.Exif());
  return file;
}

}  // namespace tunesmith::worker
