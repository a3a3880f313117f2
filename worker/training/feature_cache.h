#ifndef TUNESMITH_WORKER_TRAINING_FEATURE_CACHE_H_
#define TUNESMITH_WORKER_TRAINING_FEATURE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/formats/safetensors_file.h"

// A directory that trainers of one machine share:
//   {network}/{digest}.safetensors   "samples" U8 [N, 32], "features" F32
//                                    [N, ...]
// `network` is a digest of all that a network's features depend on besides the
// sample; `digest` is the SHA-256 of the file itself, so that a damaged one is
// noticed. Files that were not used for longest are deleted when there is no
// room.

namespace tunesmith::worker {

// 32 bytes that stand for a sample.
using SampleKey = std::string;

// Features that one network gave, on disk. Not thread-safe; many processes may
// have one directory.
class FeatureCache {
 public:
  // Reads what there is for `network`, 64 hexadecimal digits; what is damaged
  // is deleted. Makes the directory. The errno's code with the path.
  static absl::StatusOr<std::unique_ptr<FeatureCache>> Open(
      const std::string& directory, const std::string& network,
      int64_t max_bytes);

  // The values of a sample's features, perhaps unaligned; empty when they are
  // not there. They stay where they are.
  std::span<const std::byte> Find(const SampleKey& sample) const;

  // Extents of one sample's features; empty while nothing is there.
  const std::vector<int64_t>& shape() const { return shape_; }

  // Keeps the features of samples that are not there yet: `values` has those of
  // one after another. RESOURCE_EXHAUSTED when they are more than the cache may
  // hold; errors of WriteSafetensors.
  absl::Status Add(std::span<const SampleKey> samples,
                   const std::vector<int64_t>& shape,
                   std::span<const float> values);

 private:
  FeatureCache(std::string directory, const std::string& network,
               int64_t max_bytes);

  // Reads one file; INVALID_ARGUMENT for one that is not what it should be.
  absl::Status Read(const std::string& path);
  void MakeRoom(int64_t bytes) const;

  const std::string root_;
  const std::string directory_;
  const int64_t max_bytes_;
  std::vector<int64_t> shape_;
  std::vector<std::unique_ptr<SafetensorsFile>> files_;
  std::unordered_map<SampleKey, std::span<const std::byte>> features_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_FEATURE_CACHE_H_
