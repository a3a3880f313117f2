#ifndef TUNESMITH_SERVER_API_ALLOWED_ROOTS_H_
#define TUNESMITH_SERVER_API_ALLOWED_ROOTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/api/unique_fd.h"

namespace tunesmith::server {

// Directories whose files clients may name as `file://` URIs. They are opened
// once, so that what is renamed or linked later opens no way out. Immutable,
// thread-safe; opening does I/O.
class AllowedRoots {
 public:
  // A file or directory that a URI names.
  struct Opened {
    UniqueFd fd;
    // Last part of the path.
    std::string base_name;
  };

  // `flag` sets the roots and is named in errors ("--data-root"). Paths are
  // absolute or relative to the working directory; INVALID_ARGUMENT when one
  // is not a directory.
  static absl::StatusOr<AllowedRoots> Open(
      const std::vector<std::string>& paths, std::string flag);

  // A regular file. INVALID_ARGUMENT (INVALID_FIELD on `uri`) when `uri` is
  // not a file URI, PERMISSION_DENIED (PATH_NOT_ALLOWED) when it lies outside,
  // goes through `..` or a symbolic link, or is no regular file, NOT_FOUND
  // (PATH_NOT_FOUND).
  absl::StatusOr<Opened> OpenFile(const std::string& uri) const;
  // A directory; errors as OpenFile.
  absl::StatusOr<Opened> OpenDirectory(const std::string& uri) const;

 private:
  struct Root {
    // As configured and as resolved; clients may use either.
    std::vector<std::string> paths;
    UniqueFd fd;
  };

  AllowedRoots(std::vector<Root> roots, std::string flag);

  absl::StatusOr<Opened> OpenUri(const std::string& uri) const;
  absl::StatusOr<Opened> OpenPath(const std::string& path) const;
  absl::Status NotAllowed(const std::string& path,
                          const std::string& why) const;
  // "under /data or /srv"
  std::string Names() const;

  std::vector<Root> roots_;
  std::string flag_;
};

// The absolute path of `file:///path`, percent-decoded.
// INVALID_ARGUMENT with what is wrong, for a field violation.
absl::StatusOr<std::string> PathOfFileUri(const std::string& uri);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_ALLOWED_ROOTS_H_
