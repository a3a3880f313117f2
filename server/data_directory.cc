#include "server/data_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/durable_file.h"
#include "proto/contract/base/status_macros.h"
#include "server/data_layout.h"

namespace tunesmith::server {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxVersionBytes = 64;
constexpr int64_t kMaxIdBytes = 64;
constexpr char kReserve[] = "/reserve";
constexpr char kId[] = "/ID";

absl::Status FileError(const std::string& doing, const std::string& path,
                       const std::string& why) {
  return absl::FailedPreconditionError(
      absl::StrCat("data directory, ", doing, " ", path, ": ", why));
}

absl::Status MakeDirectory(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return error ? FileError("making", path, error.message()) : absl::OkStatus();
}

absl::Status EmptyDirectory(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return FileError("emptying", path, error.message());
  return MakeDirectory(path);
}

// The process that holds the lock, as it wrote it.
std::string Holder(int fd) {
  char text[32] = {};
  ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
  std::string pid = n > 0 ? std::string(text, n) : "";
  absl::StripAsciiWhitespace(&pid);
  return pid.empty() ? "unknown" : pid;
}

absl::StatusOr<UniqueFd> TakeLock(const std::string& directory) {
  std::string path = absl::StrCat(directory, "/lock");
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) return FileError("opening", path, strerror(errno));
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return FileError("locking", path, strerror(errno));
    }
    return absl::FailedPreconditionError(
        absl::StrCat("data directory is in use by another server, process ",
                     Holder(fd.get()), ": ", directory,
                     " (stop it, or choose another --data-dir)"));
  }
  // The disk can be so full that there is no room for what follows.
  unlink(absl::StrCat(directory, kReserve).c_str());
  std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd.get(), 0) != 0 ||
      pwrite(fd.get(), pid.data(), pid.size(), 0) < 0) {
    return FileError("writing", path, strerror(errno));
  }
  return fd;
}

// Whether nothing but the lock is in it, as after a first start that failed.
bool IsNew(const std::string& directory) {
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(directory, error)) {
    if (entry.path().filename() != "lock") return false;
  }
  return !error;
}

absl::Status CheckVersion(const std::string& directory) {
  std::string path = absl::StrCat(directory, "/VERSION");
  absl::StatusOr<std::string> text = ReadFile(path, kMaxVersionBytes);
  if (absl::IsNotFound(text.status())) {
    if (!IsNew(directory)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "not empty and not a data directory of Tunesmith: ", directory,
          " (choose another --data-dir)"));
    }
    return WriteFileDurably(path, absl::StrCat(kDataVersion, "\n"));
  }
  TUNESMITH_RETURN_IF_ERROR(text.status());
  int version = 0;
  if (!absl::SimpleAtoi(*text, &version) || version != kDataVersion) {
    absl::StripAsciiWhitespace(&*text);
    return absl::FailedPreconditionError(
        absl::StrCat("data directory is of another version of Tunesmith, "
                     "format: ",
                     *text, ", this one's: ", kDataVersion));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataDirectory>> DataDirectory::Open(
    std::string path) {
  if (path.empty()) return absl::InvalidArgumentError("--data-dir is required");
  TUNESMITH_RETURN_IF_ERROR(MakeDirectory(path));
  // A lock must not appear in a directory that is somebody else's.
  std::error_code ignored;
  if (!IsNew(path) && !fs::exists(absl::StrCat(path, "/VERSION"), ignored)) {
    return CheckVersion(path);
  }
  TUNESMITH_ASSIGN_OR_RETURN(UniqueFd lock, TakeLock(path));
  TUNESMITH_RETURN_IF_ERROR(CheckVersion(path));
  TUNESMITH_RETURN_IF_ERROR(MakeDirectory(absl::StrCat(path, "/db")));
  TUNESMITH_RETURN_IF_ERROR(MakeDirectory(absl::StrCat(path, "/artifacts")));
  TUNESMITH_RETURN_IF_ERROR(EmptyDirectory(absl::StrCat(path, "/tmp")));
  return std::unique_ptr<DataDirectory>(
      new DataDirectory(std::move(path), std::move(lock)));
}

DataDirectory::DataDirectory(std::string path, UniqueFd lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

absl::Status DataDirectory::CheckDatabaseIsThere() const {
  std::error_code error;
  const uintmax_t size = fs::file_size(database_path(), error);
  if (!error && size > 0) return absl::OkStatus();
  if (error && error != std::errc::no_such_file_or_directory) {
    return FileError("looking at", database_path(), error.message());
  }
  const bool has_artifacts = !fs::is_empty(artifacts_path(), error);
  if (error) return FileError("reading", artifacts_path(), error.message());
  if (!has_artifacts && !fs::exists(path_ + kId, error)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "the database of the data directory is missing: ", database_path(),
      " (bring it back, or mount what holds it; nothing was deleted. To begin "
      "anew, choose an empty --data-dir)"));
}

absl::Status DataDirectory::BindDatabase(const std::string& id) const {
  absl::StatusOr<std::string> known = ReadFile(path_ + kId, kMaxIdBytes);
  if (absl::IsNotFound(known.status())) {
    return WriteFileDurably(path_ + kId, id + "\n");
  }
  TUNESMITH_RETURN_IF_ERROR(known.status());
  absl::StripAsciiWhitespace(&*known);
  if (*known == id) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the database is of another data directory, id: ", id, ", not ", *known,
      " as ", path_, kId,
      " says (bring the right one back; where this one is meant, for example "
      "after a restore, delete that file. Nothing was deleted)"));
}

std::string DataDirectory::database_path() const {
  return absl::StrCat(path_, "/db/tunesmith.sqlite3");
}

std::string DataDirectory::artifacts_path() const {
  return absl::StrCat(path_, "/artifacts");
}

std::string DataDirectory::quarantine_path() const {
  return absl::StrCat(path_, "/quarantine");
}

std::string DataDirectory::reserve_path() const {
  return absl::StrCat(path_, kReserve);
}

}  // namespace tunesmith::server
