#include "server/backup/artifact_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/file_error.h"
#include "proto/artifact/manifest.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "server/api/unique_fd.h"
#include "server/catalog/record.h"

namespace tunesmith::server {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBufferBytes = size_t{1} << 20;

absl::Status MakeDirectories(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return error ? FileError(error.value(), "making directory", path)
               : absl::OkStatus();
}

std::string ParentOf(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

// Whether every file is there with its size. A manifest is written last.
bool IsWhole(const std::string& directory,
             const internal::v1::Artifact& artifact) {
  absl::StatusOr<Manifest> manifest =
      ReadManifest(directory, artifact.manifest_sha256());
  if (!manifest.ok()) return false;
  for (const ManifestFile& file : manifest->files) {
    struct stat facts;
    const std::string path = absl::StrCat(directory, "/", file.path);
    if (lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode) ||
        facts.st_size != file.size_bytes) {
      return false;
    }
  }
  return true;
}

absl::Status CopyOrLink(const std::string& from, const std::string& to,
                        const ManifestFile& file, bool may_link) {
  if (may_link && link(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  // Other errors show in the copy.
  return CopyFileDurably(from, to, file.sha256);
}

// `directory` and those above it up to `root`.
absl::Status SyncUpTo(const std::string& root, std::string directory) {
  while (directory.size() > root.size()) {
    TUNESMITH_RETURN_IF_ERROR(SyncDirectory(directory));
    directory = ParentOf(directory);
  }
  return SyncDirectory(root);
}

}  // namespace

absl::Status VisitRecordedArtifacts(
    Connection& db,
    absl::FunctionRef<absl::Status(const internal::v1::Artifact&)> visit) {
  for (const char* table : {"datasets", "models", "checkpoints"}) {
    Statement statement = db.Prepare(
        absl::StrCat("SELECT artifact FROM ", table, " GROUP BY artifact_key"));
    while (true) {
      TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
      if (!found) break;
      internal::v1::Artifact artifact;
      TUNESMITH_RETURN_IF_ERROR(ParseRecord(statement.Text(0), artifact));
      if (artifact.key().empty()) continue;
      TUNESMITH_RETURN_IF_ERROR(visit(artifact));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> CopyArtifact(const ArtifactCopyOptions& options,
                                  const internal::v1::Artifact& artifact) {
  const std::string from = absl::StrCat(options.from, "/", artifact.key());
  const std::string to = absl::StrCat(options.to, "/", artifact.key());
  if (IsWhole(to, artifact)) return false;
  TUNESMITH_ASSIGN_OR_RETURN(Manifest manifest,
                             ReadManifest(from, artifact.manifest_sha256()));
  std::error_code error;
  fs::remove_all(to, error);
  if (error) return FileError(error.value(), "removing", to);
  TUNESMITH_RETURN_IF_ERROR(MakeDirectories(to));
  std::set<std::string> directories = {to};
  for (const ManifestFile& file : manifest.files) {
    const std::string target = absl::StrCat(to, "/", file.path);
    TUNESMITH_RETURN_IF_ERROR(MakeDirectories(ParentOf(target)));
    TUNESMITH_RETURN_IF_ERROR(CopyOrLink(absl::StrCat(from, "/", file.path),
                                         target, file, options.may_link));
    directories.insert(ParentOf(target));
  }
  for (const std::string& directory : directories) {
    TUNESMITH_RETURN_IF_ERROR(SyncUpTo(options.to, directory));
  }
  TUNESMITH_RETURN_IF_ERROR(WriteFileDurably(
      absl::StrCat(to, "/", kManifestFileName), SerializeManifest(manifest)));
  return true;
}

absl::Status CopyFileDurably(const std::string& from, const std::string& to,
                             const std::string& sha256) {
  UniqueFd source(open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!source.valid()) return FileError(errno, "opening", from);
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<DurableFileWriter> writer,
                             DurableFileWriter::Create(to));
  std::vector<char> buffer(kBufferBytes);
  while (true) {
    ssize_t n = read(source.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError(errno, "reading", from);
    if (n == 0) break;
    TUNESMITH_RETURN_IF_ERROR(
        writer->Append(std::string_view(buffer.data(), n)));
  }
  TUNESMITH_ASSIGN_OR_RETURN(FileDigest digest, writer->Close());
  if (digest.sha256 == sha256) return absl::OkStatus();
  unlink(to.c_str());
  return ReasonedError(
      absl::StatusCode::kDataLoss, "DIGEST_MISMATCH",
      absl::StrCat("file has other bytes than recorded: ", from));
}

}  // namespace tunesmith::server
