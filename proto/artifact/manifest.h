#ifndef TUNESMITH_PROTO_ARTIFACT_MANIFEST_H_
#define TUNESMITH_PROTO_ARTIFACT_MANIFEST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tunesmith {

inline constexpr char kManifestFileName[] = "manifest.json";

// One file of an artifact.
struct ManifestFile {
  // Relative, `/` between parts, no `.` or `..` part.
  std::string path;
  int64_t size_bytes = 0;
  // Lower-case hexadecimal.
  std::string sha256;

  bool operator==(const ManifestFile&) const = default;
};

// What an artifact consists of. On disk:
// {"files":[{"path":"model/config.json","sha256":"...","size":612},...],
//  "version":1}, files sorted by path, no white space, so that equal artifacts
// have equal manifests.
struct Manifest {
  std::vector<ManifestFile> files;

  int64_t TotalBytes() const;

  bool operator==(const Manifest&) const = default;
};

std::string SerializeManifest(const Manifest& manifest);

// DATA_LOSS when `json` is not a manifest or names a path outside.
absl::StatusOr<Manifest> ParseManifest(std::string_view json);

// What a sealed directory holds.
struct SealedDirectory {
  Manifest manifest;
  std::string manifest_sha256;
};

// Makes a directory an artifact: hashes and syncs every regular file under it,
// then writes the manifest, then syncs the directories. Symbolic links and
// special files are an error. The directory has no manifest before.
absl::StatusOr<SealedDirectory> SealDirectory(const std::string& directory);

// Reads the manifest and checks its digest. DATA_LOSS (DIGEST_MISMATCH).
absl::StatusOr<Manifest> ReadManifest(const std::string& directory,
                                      std::string_view manifest_sha256);

// ReadManifest, then checks size and digest of every file.
absl::StatusOr<Manifest> VerifyDirectory(const std::string& directory,
                                         std::string_view manifest_sha256);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_ARTIFACT_MANIFEST_H_
