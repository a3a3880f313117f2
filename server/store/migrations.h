#ifndef TUNESMITH_SERVER_STORE_MIGRATIONS_H_
#define TUNESMITH_SERVER_STORE_MIGRATIONS_H_

#include <span>

#include "absl/status/status.h"
#include "server/store/connection.h"

namespace tunesmith::server {

// The SQL of each version of the database, version 1 first. A released entry
// never changes; a change of the schema is a new entry.
std::span<const char* const> Migrations();

// Brings the database to the newest version, one transaction a step; the
// version is kept in `PRAGMA user_version`. FAILED_PRECONDITION when it is
// newer than this program.
absl::Status Migrate(Connection& db);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_STORE_MIGRATIONS_H_
