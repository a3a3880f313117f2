#include "server/api/allowed_roots.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/api/open_beneath.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxPathBytes = 4096;

// -1 when `c` is no hexadecimal digit.
int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

absl::Status BadUri(const char* why) { return absl::InvalidArgumentError(why); }

// What lies beyond `root` in `path`, or nullopt when it is not beneath.
std::optional<std::string> Beneath(const std::string& root,
                                   const std::string& path) {
  if (path == root) return "";
  std::string prefix = absl::EndsWith(root, "/") ? root : root + "/";
  if (!absl::StartsWith(path, prefix)) return std::nullopt;
  return path.substr(prefix.size());
}

// Without repeated and final slashes and `.` parts.
std::string Tidy(const std::string& path) {
  std::vector<std::string> parts;
  for (absl::string_view part : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (part != ".") parts.emplace_back(part);
  }
  return absl::StrCat("/", absl::StrJoin(parts, "/"));
}

bool HasDotDot(const std::string& path) {
  for (absl::string_view part : absl::StrSplit(path, '/')) {
    if (part == "..") return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::string> PathOfFileUri(const std::string& uri) {
  constexpr char kScheme[] = "file://";
  if (uri.empty()) return BadUri("required: file:///absolute/path");
  if (!absl::StartsWith(uri, kScheme)) {
    return BadUri("must begin with file:// (upload files of other machines)");
  }
  std::string path;
  for (size_t i = sizeof(kScheme) - 1; i < uri.size(); ++i) {
    if (uri[i] != '%') {
      path += uri[i];
      continue;
    }
    int high = i + 2 < uri.size() ? HexValue(uri[i + 1]) : -1;
    int low = i + 2 < uri.size() ? HexValue(uri[i + 2]) : -1;
    if (high < 0 || low < 0) return BadUri("malformed percent encoding");
    path += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (absl::StartsWith(path, "localhost/")) path.erase(0, strlen("localhost"));
  if (!absl::StartsWith(path, "/")) {
    return BadUri("must be file:/// and an absolute path");
  }
  if (path.find('\0') != std::string::npos || path.size() > kMaxPathBytes) {
    return BadUri("path is malformed or too long");
  }
  return path;
}

AllowedRoots::AllowedRoots(std::vector<Root> roots, std::string flag)
    : roots_(std::move(roots)), flag_(std::move(flag)) {}

absl::StatusOr<AllowedRoots> AllowedRoots::Open(
    const std::vector<std::string>& paths, std::string flag) {
  std::vector<Root> roots;
  for (const std::string& path : paths) {
    Root root;
    root.fd = UniqueFd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::error_code error;
    std::filesystem::path absolute = std::filesystem::absolute(path, error);
    std::filesystem::path resolved = std::filesystem::canonical(path, error);
    if (!root.fd.valid() || error) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag, ": not a readable directory: ", path));
    }
    root.paths = {Tidy(absolute.lexically_normal().string()),
                  resolved.string()};
    roots.push_back(std::move(root));
  }
  return AllowedRoots(std::move(roots), std::move(flag));
}

absl::StatusOr<AllowedRoots::Opened> AllowedRoots::OpenFile(
    const std::string& uri) const {
  TUNESMITH_ASSIGN_OR_RETURN(Opened opened, OpenUri(uri));
  struct stat info;
  if (fstat(opened.fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return NotAllowed(uri, "not a regular file");
  }
  return opened;
}

absl::StatusOr<AllowedRoots::Opened> AllowedRoots::OpenDirectory(
    const std::string& uri) const {
  TUNESMITH_ASSIGN_OR_RETURN(Opened opened, OpenUri(uri));
  struct stat info;
  if (fstat(opened.fd.get(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return NotAllowed(uri, "not a directory");
  }
  return opened;
}

absl::StatusOr<AllowedRoots::Opened> AllowedRoots::OpenUri(
    const std::string& uri) const {
  absl::StatusOr<std::string> path = PathOfFileUri(uri);
  if (!path.ok()) {
    return InvalidFieldsError({{"uri", std::string(path.status().message())}});
  }
  return OpenPath(*path);
}

absl::StatusOr<AllowedRoots::Opened> AllowedRoots::OpenPath(
    const std::string& path) const {
  if (roots_.empty()) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     v1::ERROR_REASON_PATH_NOT_ALLOWED,
                     absl::StrCat("this server reads no local files: start it "
                                  "with ",
                                  flag_, "=DIRECTORY, or upload the file"));
  }
  if (HasDotDot(path)) return NotAllowed(path, "contains `..`");
  std::string tidy = Tidy(path);
  for (const Root& root : roots_) {
    for (const std::string& root_path : root.paths) {
      std::optional<std::string> rest = Beneath(root_path, tidy);
      if (!rest.has_value()) continue;
      OpenResult result = OpenBeneath(root.fd.get(), *rest);
      switch (result.error) {
        case 0:
          return Opened{std::move(result.fd), tidy.substr(tidy.rfind('/') + 1)};
        case ENOENT:
        case ENOTDIR:
          return MakeError(absl::StatusCode::kNotFound,
                           v1::ERROR_REASON_PATH_NOT_FOUND,
                           absl::StrCat("no such file or directory: ", path));
        case ELOOP:
        case EXDEV:
          return NotAllowed(path, "goes through a symbolic link");
        default:
          return NotAllowed(path, strerror(result.error));
      }
    }
  }
  return NotAllowed(path, "outside the allowed roots");
}

absl::Status AllowedRoots::NotAllowed(const std::string& path,
                                      const std::string& why) const {
  return MakeError(absl::StatusCode::kPermissionDenied,
                   v1::ERROR_REASON_PATH_NOT_ALLOWED,
                   absl::StrCat("path refused, ", why, ": ", path,
                                " (allowed: ", Names(), ")"));
}

std::string AllowedRoots::Names() const {
  std::vector<std::string> names;
  for (const Root& root : roots_) names.push_back(root.paths.front());
  return absl::StrCat("files under ", absl::StrJoin(names, " or "));
}

}  // namespace tunesmith::server
