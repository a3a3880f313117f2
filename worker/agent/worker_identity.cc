#include "worker/agent/worker_identity.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <random>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/file_error.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxFileBytes = 4096;

struct Stored {
  std::string instance_id;
  int64_t boot_id = 0;
};

std::string RandomInstanceId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) absl::StrAppendFormat(&id, "%08x", random());
  return id;
}

// What was stored; nothing where nothing was, or nothing of ours.
std::optional<Stored> Read(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, kMaxFileBytes);
  if (!text.ok()) return std::nullopt;
  nlohmann::json json =
      nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json["instance_id"].is_string() ||
      !json["boot_id"].is_number_integer()) {
    spdlog::warn("worker's identity is unreadable, making a new one path={}",
                 path);
    return std::nullopt;
  }
  return Stored{json["instance_id"].get<std::string>(),
                json["boot_id"].get<int64_t>()};
}

absl::StatusOr<FileDescriptor> Lock(const std::string& directory) {
  const std::string path = directory + "/lock";
  FileDescriptor fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (fd.get() < 0) return FileError(errno, "opening", path);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno == EWOULDBLOCK) {
    return absl::FailedPreconditionError(
        absl::StrCat("another worker with this id runs here and has ",
                     directory, "; give each a --worker-id of its own"));
  }
  // A file system without locks.
  return fd;
}

std::string FirstLineOf(const char* path) {
  absl::StatusOr<std::string> text = ReadFile(path, kMaxFileBytes);
  return text.ok() ? text->substr(0, text->find('\n')) : "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkerIdentity>> WorkerIdentity::Open(
    const std::string& directory, Clock& clock) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return FileError(error.value(), "making", directory);
  std::unique_ptr<WorkerIdentity> identity(new WorkerIdentity());
  TUNESMITH_ASSIGN_OR_RETURN(identity->lock_, Lock(directory));
  const std::string path = directory + "/identity.json";
  std::optional<Stored> stored = Read(path);
  const bool is_new = !stored.has_value();
  if (is_new) stored = Stored{RandomInstanceId(), 0};
  identity->instance_id_ = stored->instance_id;
  // The wall clock may have been set back.
  identity->boot_id_ =
      std::max(absl::ToUnixNanos(clock.Now()), stored->boot_id + 1);
  nlohmann::json json = {{"instance_id", identity->instance_id_},
                         {"boot_id", identity->boot_id_}};
  absl::Status written = WriteFileDurably(path, json.dump() + "\n");
  if (written.ok()) return identity;
  if (is_new) return written;
  // What was stored still tells who this is.
  spdlog::warn("worker's identity not written error=\"{}\"",
               std::string(written.message()));
  return identity;
}

std::string DefaultStateDirectory(const std::string& artifact_root,
                                  const std::string& worker_id) {
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  const std::string machine =
      Sha256Hex(absl::StrCat(host, "\n", FirstLineOf("/etc/machine-id")));
  const std::string name = absl::StrCat(worker_id, "-", machine.substr(0, 8));
  return (fs::absolute(artifact_root) / ".." / "workers" / name)
      .lexically_normal()
      .string();
}

}  // namespace tunesmith::worker
