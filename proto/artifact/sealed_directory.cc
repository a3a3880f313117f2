// Directories as artifacts: sealing and verifying.
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/file_error.h"
#include "proto/artifact/manifest.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/parallel_for.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"

namespace tunesmith {
namespace {

namespace fs = std::filesystem;

// What lies under a directory.
struct Tree {
  std::vector<std::string> files;
  // Innermost first.
  std::vector<std::string> directories;
};

absl::Status Walk(const std::string& directory, Tree& tree) {
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string path = entry->path().string();
    if (!IsUtf8(path)) {
      return absl::InvalidArgumentError("file name is not UTF-8: " +
                                        ToUtf8(path));
    }
    fs::file_type type = entry->symlink_status(error).type();
    if (error) break;
    if (type == fs::file_type::regular) {
      tree.files.push_back(std::move(path));
    } else if (type == fs::file_type::directory) {
      TUNESMITH_RETURN_IF_ERROR(Walk(path, tree));
      tree.directories.push_back(std::move(path));
    } else {
      return absl::InvalidArgumentError(
          "an artifact holds regular files only, no links or devices: " + path);
    }
  }
  if (error) return FileError(error.value(), "listing", directory);
  return absl::OkStatus();
}

absl::Status SyncFile(const std::string& path) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return FileError(errno, "opening", path);
  absl::Status status =
      fsync(fd) == 0 ? absl::OkStatus() : FileError(errno, "syncing", path);
  close(fd);
  return status;
}

// Each file's digest or error, in the order of `paths`. Disks and processors do
// several at once.
std::vector<absl::StatusOr<FileDigest>> ForEachFile(
    const std::vector<std::string>& paths,
    absl::FunctionRef<absl::StatusOr<FileDigest>(const std::string&)> work) {
  std::vector<absl::StatusOr<FileDigest>> results(paths.size());
  ParallelFor(paths.size(), std::thread::hardware_concurrency(),
              [&](size_t i) { results[i] = work(paths[i]); });
  return results;
}

absl::StatusOr<FileDigest> SyncAndDigest(const std::string& path) {
  TUNESMITH_RETURN_IF_ERROR(SyncFile(path));
  return DigestFile(path);
}

absl::Status Mismatch(const std::string& path, const char* what) {
  return ReasonedError(absl::StatusCode::kDataLoss, "DIGEST_MISMATCH",
                       std::string(what) + ": " + path);
}

// Checks that no part of `relative` is a link and that the last one is a file
// of the recorded size, before anything is read.
absl::Status CheckShape(const std::string& directory,
                        const ManifestFile& file) {
  for (size_t end = 0; end != std::string::npos;) {
    end = file.path.find('/', end == 0 ? 0 : end + 1);
    std::string path = directory + "/" + file.path.substr(0, end);
    struct stat facts;
    if (lstat(path.c_str(), &facts) != 0) {
      if (errno == ENOENT) return Mismatch(path, "artifact file is missing");
      return FileError(errno, "looking at", path);
    }
    bool last = end == std::string::npos;
    if (last ? !S_ISREG(facts.st_mode) : !S_ISDIR(facts.st_mode)) {
      return Mismatch(path, "artifact holds a link or special file");
    }
    if (last && facts.st_size != file.size_bytes) {
      return Mismatch(path, "artifact file has another size than recorded");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SealedDirectory> SealDirectory(const std::string& directory) {
  std::string manifest_path = directory + "/" + kManifestFileName;
  struct stat facts;
  if (lstat(manifest_path.c_str(), &facts) == 0) {
    return absl::FailedPreconditionError("already sealed: " + directory);
  }
  Tree tree;
  TUNESMITH_RETURN_IF_ERROR(Walk(directory, tree));
  SealedDirectory sealed;
  std::vector<absl::StatusOr<FileDigest>> digests =
      ForEachFile(tree.files, SyncAndDigest);
  for (size_t i = 0; i < tree.files.size(); ++i) {
    TUNESMITH_RETURN_IF_ERROR(digests[i].status());
    sealed.manifest.files.push_back({tree.files[i].substr(directory.size() + 1),
                                     digests[i]->size_bytes,
                                     std::move(digests[i]->sha256)});
  }
  for (const std::string& path : tree.directories) {
    TUNESMITH_RETURN_IF_ERROR(SyncDirectory(path));
  }
  std::string json = SerializeManifest(sealed.manifest);
  // Nothing is sealed that a reader would refuse.
  TUNESMITH_ASSIGN_OR_RETURN(sealed.manifest, ParseManifest(json));
  sealed.manifest_sha256 = Sha256Hex(json);
  TUNESMITH_RETURN_IF_ERROR(WriteFileDurably(manifest_path, json));
  return sealed;
}

absl::StatusOr<Manifest> VerifyDirectory(const std::string& directory,
                                         std::string_view manifest_sha256) {
  TUNESMITH_ASSIGN_OR_RETURN(Manifest manifest,
                             ReadManifest(directory, manifest_sha256));
  for (const ManifestFile& file : manifest.files) {
    TUNESMITH_RETURN_IF_ERROR(CheckShape(directory, file));
  }
  std::vector<std::string> paths;
  for (const ManifestFile& file : manifest.files) {
    paths.push_back(directory + "/" + file.path);
  }
  std::vector<absl::StatusOr<FileDigest>> digests =
      ForEachFile(paths, DigestFile);
  for (size_t i = 0; i < paths.size(); ++i) {
    TUNESMITH_RETURN_IF_ERROR(digests[i].status());
    const ManifestFile& file = manifest.files[i];
    if (digests[i]->sha256 != file.sha256 ||
        digests[i]->size_bytes != file.size_bytes) {
      return Mismatch(paths[i], "artifact file has other bytes than recorded");
    }
  }
  return manifest;
}

}  // namespace tunesmith
