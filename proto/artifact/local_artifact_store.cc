#include "proto/artifact/local_artifact_store.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "proto/artifact/durable_file.h"
#include "proto/artifact/file_error.h"
#include "proto/artifact/manifest.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith {
namespace {

namespace fs = std::filesystem;

bool IsKeyPart(std::string_view part) {
  return !part.empty() && part.size() <= 128 &&
         part.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
             std::string_view::npos;
}

// A directory itself, not a link to one.
bool IsDirectory(const std::string& path) {
  struct stat facts;
  return lstat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

absl::StatusOr<std::vector<std::string>> KeyPartsIn(const std::string& path) {
  std::vector<std::string> parts;
  std::error_code error;
  fs::directory_iterator entry(path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (IsKeyPart(name) && IsDirectory(entry->path().string())) {
      parts.push_back(std::move(name));
    }
  }
  // Another thread may have removed it meanwhile.
  if (error && error.value() != ENOENT) {
    return FileError(error.value(), "listing", path);
  }
  std::sort(parts.begin(), parts.end());
  return parts;
}

absl::Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) {
    return FileError(errno, "making directory", path);
  }
  return absl::OkStatus();
}

std::string ParentOf(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

absl::Status RemoveIfEmpty(const std::string& path) {
  if (rmdir(path.c_str()) != 0 && errno != ENOTEMPTY && errno != EEXIST &&
      errno != ENOENT) {
    return FileError(errno, "removing", path);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalArtifactStore>> LocalArtifactStore::Create(
    std::string root) {
  std::error_code error;
  fs::create_directories(root, error);
  if (error) return FileError(error.value(), "making directory", root);
  // Trainers get absolute paths and may have another working directory.
  fs::path absolute = fs::canonical(root, error);
  if (error) return FileError(error.value(), "resolving", root);
  return std::unique_ptr<LocalArtifactStore>(
      new LocalArtifactStore(absolute.string()));
}

LocalArtifactStore::LocalArtifactStore(std::string root)
    : root_(std::move(root)) {}

absl::StatusOr<std::string> LocalArtifactStore::PathOf(
    std::string_view key) const {
  size_t slash = key.find('/');
  if (slash == std::string_view::npos || !IsKeyPart(key.substr(0, slash)) ||
      !IsKeyPart(key.substr(slash + 1))) {
    return absl::InvalidArgumentError("expected the key {uid}/{fence}, got: " +
                                      std::string(key.substr(0, 128)));
  }
  return root_ + "/" + std::string(key);
}

absl::StatusOr<std::string> LocalArtifactStore::Begin(std::string_view key) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string path, PathOf(key));
  TUNESMITH_RETURN_IF_ERROR(Delete(key));
  // A Delete of the same uid's last fence can remove the parent in between.
  absl::Status made;
  for (int attempt = 0; attempt < 3; ++attempt) {
    TUNESMITH_RETURN_IF_ERROR(MakeDirectory(ParentOf(path)));
    made = MakeDirectory(path);
    if (!absl::IsNotFound(made)) break;
  }
  TUNESMITH_RETURN_IF_ERROR(made);
  TUNESMITH_RETURN_IF_ERROR(SyncDirectory(ParentOf(path)));
  TUNESMITH_RETURN_IF_ERROR(SyncDirectory(root_));
  return path;
}

absl::StatusOr<std::string> LocalArtifactStore::PathOfGroup(
    std::string_view group) const {
  if (!IsKeyPart(group)) {
    return absl::InvalidArgumentError("not a group of artifacts: " +
                                      std::string(group.substr(0, 128)));
  }
  return root_ + "/" + std::string(group);
}

absl::StatusOr<std::string> LocalArtifactStore::OpenGroup(
    std::string_view group) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string path, PathOfGroup(group));
  TUNESMITH_RETURN_IF_ERROR(MakeDirectory(path));
  TUNESMITH_RETURN_IF_ERROR(SyncDirectory(root_));
  return path;
}

absl::StatusOr<std::string> LocalArtifactStore::Commit(std::string_view key) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string path, PathOf(key));
  TUNESMITH_ASSIGN_OR_RETURN(SealedDirectory sealed, SealDirectory(path));
  return sealed.manifest_sha256;
}

absl::StatusOr<std::string> LocalArtifactStore::Stage(std::string_view key) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string path, PathOf(key));
  struct stat facts;
  if (!IsDirectory(ParentOf(path)) || !IsDirectory(path) ||
      lstat((path + "/" + kManifestFileName).c_str(), &facts) != 0) {
    return absl::NotFoundError("no such artifact: " + std::string(key));
  }
  return path;
}

absl::Status LocalArtifactStore::Delete(std::string_view key) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string path, PathOf(key));
  if (!IsDirectory(ParentOf(path))) return absl::OkStatus();
  // First, so that a crash midway leaves nothing that looks like an artifact.
  unlink((path + "/" + kManifestFileName).c_str());
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return FileError(error.value(), "removing", path);
  return RemoveIfEmpty(ParentOf(path));
}

absl::Status LocalArtifactStore::MoveOut(std::string_view key,
                                         const std::string& directory) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string path, PathOf(key));
  if (rename(path.c_str(), directory.c_str()) != 0) {
    return FileError(errno, "moving to " + directory, path);
  }
  TUNESMITH_RETURN_IF_ERROR(SyncDirectory(ParentOf(directory)));
  std::string parent = ParentOf(path);
  TUNESMITH_RETURN_IF_ERROR(SyncDirectory(parent));
  return RemoveIfEmpty(parent);
}

absl::StatusOr<ArtifactSize> LocalArtifactStore::Measure(std::string_view key) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string path, PathOf(key));
  struct stat facts;
  if (lstat(path.c_str(), &facts) != 0) {
    return FileError(errno, "looking at", path);
  }
  ArtifactSize size;
  size.change_time = absl::TimeFromTimespec(facts.st_mtim);
  std::error_code error;
  fs::recursive_directory_iterator entry(path, error);
  // Files that go meanwhile count for nothing.
  for (; !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    if (lstat(entry->path().c_str(), &facts) == 0 && S_ISREG(facts.st_mode)) {
      size.size_bytes += static_cast<int64_t>(facts.st_size);
    }
  }
  return size;
}

absl::StatusOr<std::vector<std::string>> LocalArtifactStore::List() {
  std::vector<std::string> keys;
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> uids, KeyPartsIn(root_));
  for (const std::string& uid : uids) {
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> group, ListGroup(uid));
    keys.insert(keys.end(), group.begin(), group.end());
  }
  return keys;
}

absl::Status LocalArtifactStore::VisitGroups(
    absl::FunctionRef<absl::Status(const std::string& group)> visit) {
  std::error_code error;
  fs::directory_iterator entry(root_, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (!IsKeyPart(name) || !IsDirectory(entry->path().string())) continue;
    TUNESMITH_RETURN_IF_ERROR(visit(name));
  }
  if (error) return FileError(error.value(), "listing", root_);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> LocalArtifactStore::ListGroup(
    std::string_view group) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string path, PathOfGroup(group));
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> keys, KeyPartsIn(path));
  for (std::string& key : keys) key = std::string(group) + "/" + key;
  return keys;
}

}  // namespace tunesmith
