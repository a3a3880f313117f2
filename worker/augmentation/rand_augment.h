#ifndef TUNESMITH_WORKER_AUGMENTATION_RAND_AUGMENT_H_
#define TUNESMITH_WORKER_AUGMENTATION_RAND_AUGMENT_H_

#include "worker/augmentation/draws.h"
#include "worker/augmentation/operation.h"
#include "worker/images/image.h"

namespace tunesmith::worker {

// torchvision's table, in its order.
enum class RandAugmentKind {
  kIdentity,
  kShearX,
  kShearY,
  kTranslateX,
  kTranslateY,
  kRotate,
  kBrightness,
  kColor,
  kContrast,
  kSharpness,
  kPosterize,
  kSolarize,
  kAutoContrast,
  kEqualize,
};
inline constexpr int kRandAugmentKinds = 14;

// One of them done with a magnitude of 0 to 30, the other way round when
// `negative` and it has another way. Moves are bilinear, as all moves here.
Image RandAugmented(Image image, RandAugmentKind kind, int magnitude,
                    bool negative);

// As many as it says, each drawn anew.
Image Apply(const RandAugment& augment, Image image, Draws& draws);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_RAND_AUGMENT_H_
