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
//   ID                  that of the database which belongs to it
//   lock                locked by the running server; holds its process id
//   db/                 the SQLite database
//   artifacts/          files of datasets, models and results
//   quarantine/         artifacts that no record refers to, for a while; see
//                       Quarantine
//   tmp/                emptied at every start
//   reserve             room that is set aside for a full disk; see DiskReserve
class DataDirectory {
 public:
  // Makes what is missing, and gives the reserve up: a server must start on a
  // full disk to free it. FAILED_PRECONDITION when another server holds the
  // lock, the directory is of a newer version, or it is not empty and not
  // Tunesmith's.
  static absl::StatusOr<std::unique_ptr<DataDirectory>> Open(std::string path);

  // A database that is missing beside what it knew of, as where a volume is not
  // mounted yet, must not be begun anew: all artifacts would look like
  // leftovers. FAILED_PRECONDITION then.
  absl::Status CheckDatabaseIsThere() const;
  // Notes that the database with this id belongs here. FAILED_PRECONDITION when
  // another one does.
  absl::Status BindDatabase(const std::string& id) const;

  std::string database_path() const;
  std::string artifacts_path() const;
  std::string quarantine_path() const;
  std::string reserve_path() const;

 private:
  DataDirectory(std::string path, UniqueFd lock);

  const std::string path_;
  // Closing it gives the lock back.
  const UniqueFd lock_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_DATA_DIRECTORY_H_
