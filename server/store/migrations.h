#ifndef TUNESMITH_SERVER_STORE_MIGRATIONS_H_
#define TUNESMITH_SERVER_STORE_MIGRATIONS_H_

#include <span>

#include "absl/status/status.h"
#include "server/store/connection.h"

namespace tunesmith::server {

// One step of the schema.
struct Migration {
  const char* sql = nullptr;
  // Writes what SQL cannot find out, as from protobufs in the rows; run after
  // `sql`, in its transaction. May be null.
  absl::Status (*fill)(Connection& db) = nullptr;
};

// The steps to each version of the database, version 1 first. A released entry
// never changes; a change of the schema is a new entry.
std::span<const Migration> Migrations();

// Brings the database to the newest version, one transaction a step: an error
// leaves it at the version before. The version is kept in
// `PRAGMA user_version`. FAILED_PRECONDITION when it is newer than this
// program.
absl::Status Migrate(Connection& db);
// The same with other steps.
absl::Status Migrate(Connection& db, std::span<const Migration> steps);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_STORE_MIGRATIONS_H_
