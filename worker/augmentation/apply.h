#ifndef TUNESMITH_WORKER_AUGMENTATION_APPLY_H_
#define TUNESMITH_WORKER_AUGMENTATION_APPLY_H_

#include "worker/augmentation/draws.h"
#include "worker/augmentation/operation.h"
#include "worker/images/image.h"

namespace tunesmith::worker {

// The picture, of the same size, after an operation whose parameters are drawn.
// RandomResizedCrop and RandomErasing, which need to know the network's size,
// are done by AugmentImage and change nothing here.
Image Apply(const OperationKind& kind, Image image, Draws& draws);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_APPLY_H_
