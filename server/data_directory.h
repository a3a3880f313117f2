#ifndef TUNESMITH_SERVER_DATA_DIRECTORY_H_
#define TUNESMITH_SERVER_DATA_DIRECTORY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/api/unique_fd.h"

namespace tunesmith::server {

// Everything that the server keeps, and the lock that makes it the only one
// who does:
//   VERSION             format of the directory, a number
//   lock                locked by the running server; holds its process id
//   db/                 the SQLite database
//   artifacts/          files of datasets, models and results
//   tmp/                emptied at every start
//   reserve             room that is set aside for a full disk; see DiskReserve
class DataDirectory {
 public:
  // Makes what is missing, and gives the reserve up: a server must start on a
  // full disk to free it. FAILED_PRECONDITION when another server holds the
  // lock, the directory is of a newer version, or it is not empty and not
  // Tunesmith's.
  static absl::StatusOr<std::unique_ptr<DataDirectory>> Open(std::string path);

  std::string database_path() const;
  std::string artifacts_path() const;
  std::string reserve_path() const;

 private:
  DataDirectory(std::string path, UniqueFd lock);

  const std::string path_;
  // Closing it gives the lock back.
  const UniqueFd lock_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_DATA_DIRECTORY_H_
