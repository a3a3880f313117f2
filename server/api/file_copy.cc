#include "server/api/file_copy.h"

#include <errno.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/manifest.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxNameBytes = 128;
constexpr size_t kPieceBytes = size_t{1} << 20;

}  // namespace

std::string SafeFileName(std::string_view base_name) {
  // The end matters: it tells the format.
  if (base_name.size() > kMaxNameBytes) {
    base_name.remove_prefix(base_name.size() - kMaxNameBytes);
  }
  std::string name;
  for (char c : base_name) {
    bool safe = absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
    name += safe ? c : '_';
  }
  if (name.empty()) name = "data";
  if (name[0] == '.') name[0] = '_';
  if (name == kManifestFileName) name[0] = '_';
  return name;
}

absl::Status TooLargeError(std::string_view what, int64_t max_bytes,
                           std::string_view flag) {
  return MakeError(
      absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_TOO_LARGE,
      absl::StrCat(std::string(what), " too large, most bytes: ", max_bytes,
                   " (the server's ", std::string(flag), ")"));
}

absl::StatusOr<FileDigest> CopyToFile(int fd, const std::string& path,
                                      const CopyLimits& limits) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<DurableFileWriter> writer,
                             DurableFileWriter::Create(path));
  std::string piece(kPieceBytes, '\0');
  int64_t copied = 0;
  while (true) {
    if (limits.should_stop()) {
      return absl::CancelledError("the copy was stopped");
    }
    ssize_t n = read(fd, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return absl::InternalError(
          absl::StrCat("reading the source of ", path, ": ", strerror(errno)));
    }
    if (n == 0) break;
    copied += n;
    if (copied > limits.max_bytes) {
      return TooLargeError("file", limits.max_bytes, limits.flag);
    }
    TUNESMITH_RETURN_IF_ERROR(
        writer->Append(std::string_view(piece.data(), n)));
  }
  return writer->Close();
}

}  // namespace tunesmith::server
