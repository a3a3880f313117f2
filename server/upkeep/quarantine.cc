#include "server/upkeep/quarantine.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/file_error.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

namespace fs = std::filesystem;

constexpr char kNote[] = "/note.json";
constexpr char kArtifacts[] = "artifacts/";
constexpr int64_t kMaxNoteBytes = 64 << 10;

absl::Status MakeDirectories(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return error ? FileError(error.value(), "making directory", path)
               : absl::OkStatus();
}

int64_t SizeUnder(const std::string& path) {
  int64_t size = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(path, error);
  for (; !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    struct stat facts;
    if (lstat(entry->path().c_str(), &facts) == 0 && S_ISREG(facts.st_mode)) {
      size += static_cast<int64_t>(facts.st_size);
    }
  }
  return size;
}

// A note that cannot be read leaves the time of the directory.
QuarantinedArtifact Describe(const std::string& path, std::string name) {
  QuarantinedArtifact artifact;
  artifact.name = std::move(name);
  struct stat facts;
  if (lstat(path.c_str(), &facts) == 0) {
    artifact.time = absl::TimeFromTimespec(facts.st_mtim);
  }
  artifact.size_bytes = SizeUnder(path + "/artifacts");
  absl::StatusOr<std::string> text = ReadFile(path + kNote, kMaxNoteBytes);
  if (!text.ok()) return artifact;
  nlohmann::json note = nlohmann::json::parse(*text, nullptr, false);
  if (!note.is_object()) return artifact;
  auto text_of = [&note](const char* field) {
    auto found = note.find(field);
    return found != note.end() && found->is_string() ? found->get<std::string>()
                                                     : std::string();
  };
  artifact.origin = text_of("origin");
  artifact.reason = text_of("reason");
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, text_of("time"), &time, nullptr)) {
    artifact.time = time;
  }
  return artifact;
}

}  // namespace

absl::StatusOr<std::string> Quarantine::MakeEntry(absl::Time now) {
  TUNESMITH_RETURN_IF_ERROR(MakeDirectories(root_));
  const std::string time =
      absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone());
  while (true) {
    std::string path = absl::StrCat(root_, "/", time, "-", next_++);
    if (mkdir(path.c_str(), 0755) == 0) return path;
    // One of an earlier process.
    if (errno != EEXIST) return FileError(errno, "making directory", path);
  }
}

absl::Status Quarantine::Add(const std::string& key, const std::string& reason,
                             absl::Time now) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string entry, MakeEntry(now));
  nlohmann::json note = {
      {"origin", kArtifacts + key},
      {"reason", reason},
      {"time", absl::FormatTime(absl::RFC3339_full, now, absl::UTCTimeZone())}};
  const std::string target = absl::StrCat(entry, "/", kArtifacts, key);
  absl::Status status = WriteFileDurably(entry + kNote, note.dump());
  if (status.ok()) {
    status = MakeDirectories(target.substr(0, target.rfind('/')));
  }
  if (status.ok()) status = SyncDirectory(root_);
  if (status.ok()) status = artifacts_->MoveOut(key, target);
  std::error_code error;
  if (status.ok() || fs::exists(target, error) || error) return status;
  // It is where it was: only its note goes, and no directory with files.
  unlink((entry + kNote).c_str());
  for (std::string path = target; path != entry;) {
    path.resize(path.rfind('/'));
    rmdir(path.c_str());
  }
  return status;
}

absl::StatusOr<std::vector<QuarantinedArtifact>> Quarantine::List() const {
  std::vector<QuarantinedArtifact> artifacts;
  std::error_code error;
  fs::directory_iterator entry(root_, error);
  if (error && error.value() == ENOENT) return artifacts;
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (!entry->is_directory()) continue;
    artifacts.push_back(
        Describe(entry->path().string(), entry->path().filename().string()));
  }
  if (error) return FileError(error.value(), "listing", root_);
  std::sort(artifacts.begin(), artifacts.end(),
            [](const QuarantinedArtifact& a, const QuarantinedArtifact& b) {
              return std::tie(a.time, a.name) < std::tie(b.time, b.name);
            });
  return artifacts;
}

absl::Status Quarantine::Delete(const std::string& name) {
  const std::string path = absl::StrCat(root_, "/", name);
  std::error_code error;
  // The note last: as long as there are files, it says what they are.
  fs::remove_all(path + "/artifacts", error);
  if (!error) fs::remove_all(path, error);
  return error ? FileError(error.value(), "removing", path) : absl::OkStatus();
}

}  // namespace tunesmith::server
