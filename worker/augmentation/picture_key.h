#ifndef TUNESMITH_WORKER_AUGMENTATION_PICTURE_KEY_H_
#define TUNESMITH_WORKER_AUGMENTATION_PICTURE_KEY_H_

#include <cstdint>
#include <string>

#include "worker/augmentation/draws.h"

namespace tunesmith::worker {

// What a training with this seed draws by in an epoch, counted from 0, for the
// picture whose file has this SHA-256 in hexadecimal: the same bytes are varied
// in the same way wherever they come from.
AugmentationKey KeyOfPicture(int64_t seed, int64_t epoch,
                             const std::string& digest);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_PICTURE_KEY_H_
