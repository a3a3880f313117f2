#include "worker/augmentation/picture_key.h"

#include "absl/strings/numbers.h"

namespace tunesmith::worker {

AugmentationKey KeyOfPicture(int64_t seed, int64_t epoch,
                             const std::string& digest) {
  AugmentationKey key{.seed = seed, .epoch = static_cast<uint64_t>(epoch)};
  // Digests have 64 digits.
  (void)absl::SimpleHexAtoi(digest.substr(0, 16), &key.sample);
  return key;
}

}  // namespace tunesmith::worker
