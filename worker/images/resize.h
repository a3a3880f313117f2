#ifndef TUNESMITH_WORKER_IMAGES_RESIZE_H_
#define TUNESMITH_WORKER_IMAGES_RESIZE_H_

#include "worker/images/image.h"

namespace tunesmith::worker {

enum class Interpolation { kBilinear, kBicubic };

// Which sides of a picture are brought to a length.
enum class Scaling {
  // The shorter one; proportions stay, as with torchvision's Resize(size).
  kShorterSide,
  // Both: the picture is squashed, as with Resize((size, size)).
  kBothSides,
};

// Where the middle of an odd number of pixels is.
enum class CropRounding {
  // As torchvision's CenterCrop: halves go to the even side.
  kToEven,
  // As the image processors of transformers.
  kDown,
};

// A rectangle of pixels.
struct ImageArea {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;

  bool operator==(const ImageArea&) const = default;
};

// The picture scaled to width x height, both at least 1, with the same bits as
// Pillow's Image.resize: a triangle, or Keys' cubic with a = -0.5, that grows
// with the scale where the picture shrinks; columns first, then rows, each in
// fixed point with 22 bits and rounded to 8. (Where one side grows and the
// other shrinks, Pillow 13 begins with the rows, and bits may differ by one.)
Image Resize(const Image& image, int width, int height,
             Interpolation interpolation);

// The same of a part of the picture, which lies inside and is not empty. What
// is around it counts for nothing.
Image ResizePart(const Image& image, const ImageArea& part, int width,
                 int height, Interpolation interpolation);

// The shorter side becomes `size`, as torchvision's Resize(size).
Image ResizeShorterSide(const Image& image, int size,
                        Interpolation interpolation);

// How to cut out the middle of a picture that is scaled to `size`.
struct MiddleOptions {
  int size = 256;
  int max_width = 224;
  int max_height = 224;
  Scaling scaling = Scaling::kShorterSide;
  Interpolation interpolation = Interpolation::kBilinear;
  CropRounding rounding = CropRounding::kToEven;
};

// The middle of the scaled picture, at most max_width x max_height, the same
// bits, without making what lies outside: a picture may be 30,000 times as long
// as wide.
Image ResizeMiddle(const Image& image, const MiddleOptions& options);

// size x size from the middle, as torchvision's CenterCrop; what lies outside
// is black.
Image CenterCrop(const Image& image, int size,
                 CropRounding rounding = CropRounding::kToEven);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_RESIZE_H_
