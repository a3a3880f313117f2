#ifndef TUNESMITH_PROTO_ARTIFACT_SHA256_H_
#define TUNESMITH_PROTO_ARTIFACT_SHA256_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tunesmith {

// A running SHA-256 (FIPS 180-4). Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(std::string_view bytes);

  // 64 lower-case hexadecimal digits. Call once.
  std::string HexDigest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Of all bytes at once.
std::string Sha256Hex(std::string_view bytes);

// Size and digest of a file.
struct FileDigest {
  int64_t size_bytes = 0;
  std::string sha256;
};

// Reads the file once. NOT_FOUND or the errno's code with the path.
absl::StatusOr<FileDigest> DigestFile(const std::string& path);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_ARTIFACT_SHA256_H_
