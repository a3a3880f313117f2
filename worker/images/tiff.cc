// Through libtiff; the first page alone. Strips and tiles are taken as they are
// stored and converted here, because libtiff's own conversion blends alpha in.
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/images/cmyk.h"
#include "worker/images/formats.h"

namespace tunesmith::worker {
namespace {

// What libtiff may take at once: a strip is often the whole picture.
constexpr tmsize_t kMaxAllocation = tmsize_t{4} << 30;
constexpr uint16_t kMaxSamples = 6;
// Pixels of a block up to which it may be larger than the picture.
constexpr uint64_t kUsualBlockPixels = 1 << 22;
// Bytes that one byte of a file may become; more than real pictures have.
constexpr uint64_t kMaxRatio = 1 << 16;

// A file in memory as libtiff reads it, and what went wrong.
struct TiffSource {
  std::string_view bytes;
  size_t at = 0;
  char message[200] = {};
};

TiffSource& SourceOf(thandle_t handle) {
  return *static_cast<TiffSource*>(handle);
}

tmsize_t ReadBytes(thandle_t handle, void* target, tmsize_t size) {
  TiffSource& source = SourceOf(handle);
  const size_t taken =
      std::min(static_cast<size_t>(std::max<tmsize_t>(size, 0)),
               source.bytes.size() - source.at);
  std::memcpy(target, source.bytes.data() + source.at, taken);
  source.at += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t WriteNothing(thandle_t, void*, tmsize_t) { return 0; }

toff_t Seek(thandle_t handle, toff_t offset, int whence) {
  TiffSource& source = SourceOf(handle);
  toff_t from = 0;
  if (whence == SEEK_CUR) from = source.at;
  if (whence == SEEK_END) from = source.bytes.size();
  source.at =
      static_cast<size_t>(std::min<toff_t>(from + offset, source.bytes.size()));
  return source.at;
}

int CloseNothing(thandle_t) { return 0; }

toff_t SizeOf(thandle_t handle) { return SourceOf(handle).bytes.size(); }

int KeepMessage(TIFF*, void* source, const char*, const char* format,
                va_list arguments) {
  auto& message = static_cast<TiffSource*>(source)->message;
  std::vsnprintf(message, sizeof message, format, arguments);
  return 1;
}

int IgnoreMessage(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Tiff = std::unique_ptr<TIFF, CloseTiff>;

struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const {
    TIFFOpenOptionsFree(options);
  }
};

// `source` outlives the result. Null when it cannot be read.
Tiff Open(TiffSource& source) {
  std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  if (options == nullptr) return nullptr;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMaxAllocation);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), KeepMessage, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), IgnoreMessage, nullptr);
  // m: not mapped.
  return Tiff(TIFFClientOpenExt("", "rm", &source, ReadBytes, WriteNothing,
                                Seek, CloseNothing, SizeOf, nullptr, nullptr,
                                options.get()));
}

absl::Status NotSupported(const std::string& what) {
  return BadImage(
      absl::StrCat("a TIFF of ", what, " is not supported (save it as PNG)"));
}

// What the tags say of the pixels.
struct Layout {
  uint32_t width = 0;
  uint32_t height = 0;
  uint16_t bits = 1;
  uint16_t samples = 1;
  uint16_t photometric = PHOTOMETRIC_MINISWHITE;
  bool is_separate = false;
  // Index of the alpha sample, 0 without.
  uint16_t alpha = 0;
  // Whether colours are multiplied by alpha.
  bool is_associated = false;
  // Of a strip or tile.
  uint32_t block_width = 0;
  uint32_t block_height = 0;

  uint16_t Colors() const {
    if (photometric == PHOTOMETRIC_RGB) return 3;
    return photometric == PHOTOMETRIC_SEPARATED ? 4 : 1;
  }
};

void ReadAlpha(TIFF* tiff, Layout& layout) {
  const uint16_t colors = layout.Colors();
  if (layout.samples <= colors) return;
  uint16_t count = 0;
  uint16_t* kinds = nullptr;
  TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds);
  // A fourth sample of colours that nothing is said of is alpha.
  uint16_t kind = layout.photometric == PHOTOMETRIC_RGB
                      ? EXTRASAMPLE_UNASSALPHA
                      : EXTRASAMPLE_UNSPECIFIED;
  if (count > 0) kind = kinds[0];
  if (kind == EXTRASAMPLE_UNSPECIFIED) return;
  layout.alpha = colors;
  layout.is_associated = kind == EXTRASAMPLE_ASSOCALPHA;
}

Layout ReadLayout(TIFF* tiff) {
  Layout layout;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.photometric);
  uint16_t planes = PLANARCONFIG_CONTIG;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planes);
  layout.is_separate = planes == PLANARCONFIG_SEPARATE && layout.samples > 1;
  if (TIFFIsTiled(tiff)) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &layout.block_width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &layout.block_height);
  } else {
    layout.block_width = layout.width;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &layout.block_height);
    layout.block_height = std::min(layout.block_height, layout.height);
  }
  return layout;
}

absl::Status CheckLayout(TIFF* tiff, const Layout& layout) {
  uint16_t format = SAMPLEFORMAT_UINT;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) {
    return NotSupported("signed or floating numbers");
  }
  if (!std::has_single_bit(layout.bits) || layout.bits > 16) {
    return NotSupported(absl::StrCat(layout.bits, " bits a sample"));
  }
  switch (layout.photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
      break;
    case PHOTOMETRIC_PALETTE:
      if (layout.bits <= 8) break;
      return NotSupported("a palette with 16 bits");
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_SEPARATED:
      if (layout.bits >= 8) break;
      return NotSupported(absl::StrCat("colours of ", layout.bits, " bits"));
    default:
      return NotSupported(absl::StrCat("colour space ", layout.photometric));
  }
  if (layout.samples < layout.Colors() || layout.samples > kMaxSamples) {
    return NotSupported(absl::StrCat(layout.samples, " samples a pixel"));
  }
  const uint64_t block = uint64_t{layout.block_width} * layout.block_height;
  const uint64_t pixels = uint64_t{layout.width} * layout.height;
  if (block < 1 || block > std::max(pixels * 4, kUsualBlockPixels)) {
    return BadImage("the TIFF is damaged: impossible strips or tiles");
  }
  return absl::OkStatus();
}

// Turns samples to pixels.
class Converter {
 public:
  Converter(TIFF* tiff, const Layout& layout) : layout_(layout) {
    if (layout.photometric != PHOTOMETRIC_PALETTE) return;
    uint16_t* colors[3] = {};
    if (!TIFFGetField(tiff, TIFFTAG_COLORMAP, &colors[0], &colors[1],
                      &colors[2])) {
      return;
    }
    const size_t count = size_t{1} << layout.bits;
    // Some old writers store 8 bits where 16 belong.
    bool is_deep = false;
    for (const uint16_t* channel : colors) {
      is_deep = is_deep || std::any_of(channel, channel + count,
                                       [](uint16_t v) { return v > 255; });
    }
    for (size_t i = 0; i < count; ++i) {
      for (size_t channel = 0; channel < 3; ++channel) {
        palette_[i][channel] = static_cast<uint8_t>(
            is_deep ? colors[channel][i] >> 8 : colors[channel][i]);
      }
    }
  }

  // `samples`: as many as the pixel has, each as it is stored.
  void Convert(const std::array<uint16_t, kMaxSamples>& samples, uint8_t* rgb) {
    std::array<uint8_t, kMaxSamples> bytes;
    for (size_t s = 0; s < layout_.samples; ++s) bytes[s] = ToByte(samples[s]);
    switch (layout_.photometric) {
      case PHOTOMETRIC_PALETTE:
        std::copy_n(palette_[samples[0]].begin(), 3, rgb);
        break;
      case PHOTOMETRIC_RGB:
        std::copy_n(bytes.begin(), 3, rgb);
        break;
      case PHOTOMETRIC_SEPARATED: {
        const auto color = CmykToRgb({bytes[0], bytes[1], bytes[2], bytes[3]});
        std::copy_n(color.begin(), 3, rgb);
        break;
      }
      default:
        if (layout_.photometric == PHOTOMETRIC_MINISWHITE) {
          bytes[0] = static_cast<uint8_t>(255 - bytes[0]);
        }
        std::fill_n(rgb, 3, bytes[0]);
    }
    if (layout_.alpha > 0) TakeAlpha(bytes[layout_.alpha], rgb);
  }

  ImageTraits Traits() const {
    return {.alpha_range = std::max(0, most_alpha_ - least_alpha_),
            .used_bits = static_cast<int>(std::bit_width(all_deep_bits_)),
            .is_deep_grey = layout_.bits == 16 && layout_.Colors() == 1};
  }

 private:
  uint8_t ToByte(uint16_t sample) {
    if (layout_.bits == 16) {
      all_deep_bits_ |= sample;
      return static_cast<uint8_t>(sample >> 8);
    }
    if (layout_.bits == 8) return static_cast<uint8_t>(sample);
    return static_cast<uint8_t>(sample * 255 / ((1 << layout_.bits) - 1));
  }

  void TakeAlpha(uint8_t alpha, uint8_t* rgb) {
    least_alpha_ = std::min<int>(least_alpha_, alpha);
    most_alpha_ = std::max<int>(most_alpha_, alpha);
    if (!layout_.is_associated || alpha == 0 || alpha == 255) return;
    for (size_t channel = 0; channel < 3; ++channel) {
      rgb[channel] =
          static_cast<uint8_t>(std::min(rgb[channel] * 255 / alpha, 255));
    }
  }

  const Layout layout_;
  std::array<std::array<uint8_t, 3>, 256> palette_ = {};
  unsigned all_deep_bits_ = 0;
  int least_alpha_ = 255;
  int most_alpha_ = 0;
};

// One strip or tile at a time, of one plane or of all.
class Blocks {
 public:
  Blocks(TIFF* tiff, const Layout& layout)
      : tiff_(tiff),
        layout_(layout),
        is_tiled_(TIFFIsTiled(tiff)),
        row_bytes_(static_cast<size_t>(is_tiled_ ? TIFFTileRowSize(tiff)
                                                 : TIFFScanlineSize(tiff))),
        planes_(layout.is_separate ? layout.samples : 1) {}

  // The block that begins at a pixel; `rows` of it are in the picture.
  bool Read(uint32_t left, uint32_t top, uint32_t rows) {
    const size_t size = row_bytes_ * (is_tiled_ ? layout_.block_height : rows);
    for (uint16_t plane = 0; plane < planes_.size(); ++plane) {
      const uint32_t block = is_tiled_
                                 ? TIFFComputeTile(tiff_, left, top, 0, plane)
                                 : TIFFComputeStrip(tiff_, top, plane);
      if (size / kMaxRatio > TIFFGetStrileByteCount(tiff_, block)) return false;
      planes_[plane].resize(size);
      uint8_t* target = planes_[plane].data();
      const auto wanted = static_cast<tmsize_t>(size);
      const tmsize_t got =
          is_tiled_ ? TIFFReadEncodedTile(tiff_, block, target, wanted)
                    : TIFFReadEncodedStrip(tiff_, block, target, wanted);
      if (got < wanted) return false;
    }
    return true;
  }

  // Of the block that was read.
  void Samples(uint32_t x, uint32_t y,
               std::array<uint16_t, kMaxSamples>& samples) const {
    for (size_t s = 0; s < layout_.samples; ++s) {
      const bool separate = planes_.size() > 1;
      const uint8_t* row = planes_[separate ? s : 0].data() + y * row_bytes_;
      const size_t index = separate ? x : size_t{x} * layout_.samples + s;
      samples[s] = SampleAt(row, index);
    }
  }

 private:
  uint16_t SampleAt(const uint8_t* row, size_t index) const {
    if (layout_.bits == 8) return row[index];
    if (layout_.bits == 16) {
      uint16_t sample;
      std::memcpy(&sample, row + index * 2, sizeof sample);
      return sample;
    }
    const size_t bit = index * layout_.bits;
    return row[bit / 8] >> (8 - layout_.bits - bit % 8) &
           ((1 << layout_.bits) - 1);
  }

  TIFF* const tiff_;
  const Layout layout_;
  const bool is_tiled_;
  const size_t row_bytes_;
  std::vector<std::vector<uint8_t>> planes_;
};

absl::Status Damaged(const TiffSource& source) {
  return BadImage(absl::StrCat(
      "the TIFF is damaged or cut off: ",
      source.message[0] == '\0' ? "it ends too soon" : source.message));
}

absl::Status ReadBlocks(TIFF* tiff, const Layout& layout,
                        const TiffSource& source, DecodedFile& file) {
  Converter converter(tiff, layout);
  Blocks blocks(tiff, layout);
  std::array<uint16_t, kMaxSamples> samples = {};
  for (uint32_t top = 0; top < layout.height; top += layout.block_height) {
    const uint32_t rows = std::min(layout.block_height, layout.height - top);
    uint8_t* first = file.AddRows(rows);
    for (uint32_t left = 0; left < layout.width; left += layout.block_width) {
      const uint32_t columns =
          std::min(layout.block_width, layout.width - left);
      if (!blocks.Read(left, top, rows)) return Damaged(source);
      for (uint32_t y = 0; y < rows; ++y) {
        uint8_t* rgb = first + (size_t{y} * layout.width + left) * 3;
        for (uint32_t x = 0; x < columns; ++x, rgb += 3) {
          blocks.Samples(x, y, samples);
          converter.Convert(samples, rgb);
        }
      }
    }
  }
  file.traits = converter.Traits();
  return absl::OkStatus();
}

// Brightness and two colour differences are left to libtiff: they have no
// alpha.
absl::Status ReadYCbCr(TIFF* tiff, const TiffSource& source,
                       DecodedFile& file) {
  std::vector<uint32_t> raster(file.pixels());
  if (!TIFFReadRGBAImageOriented(tiff, static_cast<uint32_t>(file.image.width),
                                 static_cast<uint32_t>(file.image.height),
                                 raster.data(), ORIENTATION_TOPLEFT,
                                 /*stopOnError=*/1)) {
    return Damaged(source);
  }
  uint8_t* rgb = file.AddRows(static_cast<size_t>(file.image.height));
  for (uint32_t pixel : raster) {
    *rgb++ = static_cast<uint8_t>(TIFFGetR(pixel));
    *rgb++ = static_cast<uint8_t>(TIFFGetG(pixel));
    *rgb++ = static_cast<uint8_t>(TIFFGetB(pixel));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DecodedFile> DecodeTiff(std::string_view bytes,
                                       const ImageLimits& limits) {
  TiffSource source{.bytes = bytes};
  Tiff tiff = Open(source);
  if (tiff == nullptr) return Damaged(source);
  uint16_t compression = COMPRESSION_NONE;
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_COMPRESSION, &compression);
  if (!TIFFIsCODECConfigured(compression)) {
    return NotSupported(absl::StrCat("compression ", compression));
  }
  Layout layout = ReadLayout(tiff.get());
  TUNESMITH_ASSIGN_OR_RETURN(PictureTurn turn,
                             AdmitPicture(layout.width, layout.height, limits));
  DecodedFile file(std::move(turn), layout.width, layout.height);
  uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_ORIENTATION, &orientation);
  if (orientation <= ORIENTATION_LEFTBOT) file.orientation = orientation;
  bool is_ycbcr = layout.photometric == PHOTOMETRIC_YCBCR ||
                  compression == COMPRESSION_OJPEG;
  if (is_ycbcr && compression == COMPRESSION_JPEG && !layout.is_separate &&
      TIFFSetField(tiff.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB)) {
    layout.photometric = PHOTOMETRIC_RGB;
    is_ycbcr = false;
  }
  if (is_ycbcr) {
    TUNESMITH_RETURN_IF_ERROR(ReadYCbCr(tiff.get(), source, file));
    return file;
  }
  TUNESMITH_RETURN_IF_ERROR(CheckLayout(tiff.get(), layout));
  ReadAlpha(tiff.get(), layout);
  TUNESMITH_RETURN_IF_ERROR(ReadBlocks(tiff.get(), layout, source, file));
  return file;
}

}  // namespace tunesmith::worker
