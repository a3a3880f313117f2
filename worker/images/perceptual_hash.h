#ifndef TUNESMITH_WORKER_IMAGES_PERCEPTUAL_HASH_H_
#define TUNESMITH_WORKER_IMAGES_PERCEPTUAL_HASH_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "worker/images/image.h"

namespace tunesmith::worker {

// The difference hash: the picture shrunk to 9 x 8 grey values, a bit for each
// that is darker than its right neighbour (N. Krawetz, "Kind of Like That",
// 2013). Scaling, compression and small changes of colour turn few bits. Unset
// for a picture with hardly any structure, whose hash says nothing.
std::optional<uint64_t> PerceptualHash(const Image& image);

// Bits in which hashes of two pictures that look the same may differ.
inline constexpr int kSameLookBits = 3;

// For each hash the first one before it that differs in at most kSameLookBits
// bits, or its own index.
std::vector<size_t> FirstAlike(std::span<const uint64_t> hashes);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_PERCEPTUAL_HASH_H_
