#include "proto/artifact/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "openssl/evp.h"
#include "proto/artifact/file_error.h"

namespace tunesmith {
namespace {

constexpr size_t kReadBytes = 1 << 20;

absl::StatusOr<FileDigest> DigestDescriptor(int fd, const std::string& path) {
  struct stat facts;
  if (fstat(fd, &facts) != 0) return FileError(errno, "looking at", path);
  if (!S_ISREG(facts.st_mode)) {
    return absl::InvalidArgumentError("not a regular file: " + path);
  }
  std::vector<char> buffer(kReadBytes);
  FileDigest digest;
  Sha256 sha256;
  while (true) {
    ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError(errno, "reading", path);
    if (n == 0) break;
    sha256.Update(std::string_view(buffer.data(), n));
    digest.size_bytes += n;
  }
  digest.sha256 = sha256.HexDigest();
  return digest;
}

}  // namespace

struct Sha256::Context {
  Context() : digest(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex(digest, EVP_sha256(), nullptr);
  }
  ~Context() { EVP_MD_CTX_free(digest); }

  EVP_MD_CTX* const digest;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;

void Sha256::Update(std::string_view bytes) {
  EVP_DigestUpdate(context_->digest, bytes.data(), bytes.size());
}

std::string Sha256::HexDigest() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->digest, bytes.data(), &size);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), size));
}

std::string Sha256Hex(std::string_view bytes) {
  Sha256 sha256;
  sha256.Update(bytes);
  return sha256.HexDigest();
}

absl::StatusOr<FileDigest> DigestFile(const std::string& path) {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return FileError(errno, "opening", path);
  absl::StatusOr<FileDigest> digest = DigestDescriptor(fd, path);
  close(fd);
  return digest;
}

}  // namespace tunesmith
