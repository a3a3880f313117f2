#include "worker/training/checkpoint_digest.h"

#include "absl/strings/str_cat.h"
#include "proto/artifact/sha256.h"

namespace tunesmith::worker {

std::string DigestOfTensors(const Manifest& checkpoint) {
  std::string lines;
  for (const ManifestFile& file : checkpoint.files) {
    bool measured =
        file.path == "state.json" || file.path == "best.safetensors";
    if (!measured) absl::StrAppend(&lines, file.sha256, " ", file.path, "\n");
  }
  return Sha256Hex(lines);
}

}  // namespace tunesmith::worker
