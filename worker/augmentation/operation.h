#ifndef TUNESMITH_WORKER_AUGMENTATION_OPERATION_H_
#define TUNESMITH_WORKER_AUGMENTATION_OPERATION_H_

#include <variant>
#include <vector>

namespace tunesmith::worker {

// What can be done to a picture that is trained on. What the values mean and
// their bounds are said in tunesmith/v1/augmentation.proto; here they are
// within them.

struct Rotation {
  double degrees = 0;
};
struct HorizontalFlip {};
struct VerticalFlip {};
struct Zoom {
  double min_factor = 0.8;
  double max_factor = 1.2;
};
struct RandomResizedCrop {
  double min_area = 0.08;
  double max_area = 1;
  double min_ratio = 3.0 / 4;
  double max_ratio = 4.0 / 3;
};
struct Translation {
  double horizontal = 0.1;
  double vertical = 0.1;
};
struct Shear {
  double horizontal_degrees = 10;
  double vertical_degrees = 0;
};
struct ColorJitter {
  double brightness = 0.2;
  double contrast = 0.2;
  double saturation = 0.2;
  double hue = 0;
};
struct Grayscale {};
struct GaussianBlur {
  int kernel_size = 5;
  double min_sigma = 0.1;
  double max_sigma = 2;
};
struct RandomErasing {
  double min_area = 0.02;
  double max_area = 0.33;
  double min_ratio = 0.3;
  double max_ratio = 3.3;
};
struct RandAugment {
  int operations = 2;
  int magnitude = 9;
};

using OperationKind =
    std::variant<Rotation, HorizontalFlip, VerticalFlip, Zoom,
                 RandomResizedCrop, Translation, Shear, ColorJitter, Grayscale,
                 GaussianBlur, RandomErasing, RandAugment>;

struct Operation {
  double probability = 1;
  OperationKind kind;
};

// In the order in which they are done. Normalisation is no part of it: it is
// ImageTransform's, as evaluated pictures are normalised the same way.
struct AugmentationPlan {
  std::vector<Operation> operations = {};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_OPERATION_H_
