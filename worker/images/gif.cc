// Through giflib; the first picture alone.
#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/images/formats.h"

namespace tunesmith::worker {
namespace {

struct CloseGif {
  void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};
using Gif = std::unique_ptr<GifFileType, CloseGif>;

int ReadBytes(GifFileType* gif, GifByteType* target, int size) {
  auto* rest = static_cast<std::string_view*>(gif->UserData);
  const size_t taken = std::min(static_cast<size_t>(size), rest->size());
  std::memcpy(target, rest->data(), taken);
  rest->remove_prefix(taken);
  return static_cast<int>(taken);
}

absl::Status Damaged(int error) {
  if (error == D_GIF_ERR_READ_FAILED || error == D_GIF_ERR_EOF_TOO_SOON) {
    return BadImage("the GIF is cut off");
  }
  const char* text = GifErrorString(error);
  return BadImage(absl::StrCat("the GIF is damaged: ",
                               text == nullptr ? "no picture in it" : text));
}

// Passes an extension over; what it says of transparency goes to `transparent`.
bool ReadExtension(GifFileType& gif, int& transparent) {
  int code = 0;
  GifByteType* block = nullptr;
  if (DGifGetExtension(&gif, &code, &block) != GIF_OK) return false;
  while (block != nullptr) {
    GraphicsControlBlock control;
    // A block begins with its length.
    if (code == GRAPHICS_EXT_FUNC_CODE &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
      transparent = control.TransparentColor;
    }
    if (DGifGetExtensionNext(&gif, &block) != GIF_OK) return false;
  }
  return true;
}

// Stops at the first picture; false at the end of the file or of its sense.
bool FindPicture(GifFileType& gif, int& transparent) {
  while (true) {
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(&gif, &type) != GIF_OK) return false;
    if (type == IMAGE_DESC_RECORD_TYPE) {
      return DGifGetImageDesc(&gif) == GIF_OK;
    }
    if (type != EXTENSION_RECORD_TYPE || !ReadExtension(gif, transparent)) {
      return false;
    }
  }
}

// `indices`: of the whole canvas.
bool ReadPicture(GifFileType& gif, int canvas_width,
                 std::vector<uint8_t>& indices) {
  // First lines and steps of the passes; a plain picture is read in one.
  constexpr int kBegin[] = {0, 4, 2, 1};
  constexpr int kStep[] = {8, 8, 4, 2};
  const GifImageDesc& part = gif.Image;
  for (int pass = 0; pass < (part.Interlace ? 4 : 1); ++pass) {
    const int step = part.Interlace ? kStep[pass] : 1;
    for (int y = kBegin[pass]; y < part.Height; y += step) {
      uint8_t* row = indices.data() +
                     static_cast<size_t>(part.Top + y) * canvas_width +
                     part.Left;
      if (DGifGetLine(&gif, row, part.Width) != GIF_OK) return false;
    }
  }
  return true;
}

// Colours that are not given are grey, as Pillow has it.
std::array<GifColorType, 256> ColorsOf(const GifFileType& gif) {
  std::array<GifColorType, 256> colors;
  for (size_t i = 0; i < colors.size(); ++i) {
    const auto grey = static_cast<GifByteType>(i);
    colors[i] = {grey, grey, grey};
  }
  const ColorMapObject* map =
      gif.Image.ColorMap != nullptr ? gif.Image.ColorMap : gif.SColorMap;
  if (map != nullptr) {
    std::copy_n(map->Colors, std::min(map->ColorCount, 256), colors.begin());
  }
  return colors;
}

}  // namespace

absl::StatusOr<DecodedFile> DecodeGif(std::string_view bytes,
                                      const ImageLimits& limits) {
  int error = 0;
  Gif gif(DGifOpen(&bytes, ReadBytes, &error));
  if (gif == nullptr) return Damaged(error);
  int transparent = NO_TRANSPARENT_COLOR;
  if (!FindPicture(*gif, transparent)) return Damaged(gif->Error);
  // A picture that reaches beyond the canvas makes it larger.
  const GifImageDesc& part = gif->Image;
  const int width = std::max(gif->SWidth, part.Left + part.Width);
  const int height = std::max(gif->SHeight, part.Top + part.Height);
  TUNESMITH_ASSIGN_OR_RETURN(PictureTurn turn,
                             AdmitPicture(width, height, limits));
  DecodedFile file(std::move(turn), width, height);
  std::vector<uint8_t> indices(file.pixels());
  if (transparent != NO_TRANSPARENT_COLOR) {
    std::fill(indices.begin(), indices.end(),
              static_cast<uint8_t>(transparent));
  }
  if (!ReadPicture(*gif, width, indices)) return Damaged(gif->Error);
  file.image.rgb.reserve(file.pixels() * 3);
  const std::array<GifColorType, 256> colors = ColorsOf(*gif);
  size_t seen_through = 0;
  for (uint8_t index : indices) {
    const GifColorType& color = colors[index];
    for (uint8_t value : {color.Red, color.Green, color.Blue}) {
      file.image.rgb.push_back(value);
    }
    seen_through += index == transparent ? 1 : 0;
  }
  const bool is_partly = seen_through > 0 && seen_through < indices.size();
  file.traits.alpha_range = is_partly ? 255 : 0;
  return file;
}

}  // namespace tunesmith::worker
