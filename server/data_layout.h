#ifndef TUNESMITH_SERVER_DATA_LAYOUT_H_
#define TUNESMITH_SERVER_DATA_LAYOUT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Data directories as files, for what looks at them beside their server; see
// DataDirectory.

namespace tunesmith::server {

// Format of data directories, as their file VERSION says.
inline constexpr int kDataVersion = 1;

// Where things are in a data directory.
struct DataLayout {
  std::string root;
  std::string version;
  std::string id;
  std::string database;
  std::string artifacts;
};
DataLayout LayoutOf(const std::string& root);

// FAILED_PRECONDITION when it is no data directory of this version, or its
// database is missing.
absl::Status CheckDataLayout(const DataLayout& layout);

// DATA_LOSS when the database is of another data directory.
absl::Status CheckIds(const DataLayout& layout);

// Makes a directory that has everything else one that a server starts on.
absl::Status SealDataLayout(const DataLayout& layout, const std::string& id);

// Of a database file. FAILED_PRECONDITION when it is of a version that this
// program does not know, or has to be migrated first.
absl::StatusOr<std::string> ReadDatabaseId(const std::string& database);

// Reads every page of a database and checks it. DATA_LOSS with the first thing
// that is wrong.
absl::Status CheckIntegrity(const std::string& database);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_DATA_LAYOUT_H_
