#ifndef TUNESMITH_WORKER_AUGMENTATION_GEOMETRY_H_
#define TUNESMITH_WORKER_AUGMENTATION_GEOMETRY_H_

#include "worker/images/image.h"

// Pictures that are moved, with torchvision's parameters and its values on
// Pillow's pictures. Between pixels values are bilinear (torchvision's default
// is the nearest pixel); what was outside is black. The size stays.

namespace tunesmith::worker {

void FlipColumns(Image& image);
void FlipRows(Image& image);

// Where a place of the result comes from: x' = xx x + xy y + x0, and y' alike.
// In pixels, whose middles are at halves.
struct AffineMap {
  double xx = 1;
  double xy = 0;
  double x0 = 0;
  double yx = 0;
  double yy = 1;
  double y0 = 0;
};

// What RandomAffine does about a center: shears, scales, turns and moves.
struct AffineMotion {
  // Clockwise.
  double degrees = 0;
  double scale = 1;
  double shear_x_degrees = 0;
  double shear_y_degrees = 0;
  // Pixels.
  double move_x = 0;
  double move_y = 0;
};

// About the place (center_x, center_y).
AffineMap MapOf(const AffineMotion& motion, double center_x, double center_y);

Image Warped(const Image& image, const AffineMap& map);

// About the picture's middle.
Image Moved(const Image& image, const AffineMotion& motion);

// Counter-clockwise.
Image Rotated(const Image& image, double degrees);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_GEOMETRY_H_
