#ifndef TUNESMITH_TESTS_SERVER_STORE_REQUEST_ROWS_H_
#define TUNESMITH_TESTS_SERVER_STORE_REQUEST_ROWS_H_

#include <string>
#include <vector>

#include "server/store/store.h"

// Rows of the simplest table, for tests that care for rows and not for what
// is in them.

namespace tunesmith::server {

inline absl::Status AddRow(Transaction& tx, const std::string& id) {
  return tx.db()
      .Prepare("INSERT INTO requests VALUES ('tenant', ?, '', '', ?, NULL)")
      .Bind(id)
      .Bind(tx.now())
      .Run();
}

inline std::vector<std::string> RowsOf(Connection& db) {
  std::vector<std::string> ids;
  Statement row =
      db.Prepare("SELECT request_id FROM requests ORDER BY request_id");
  while (true) {
    absl::StatusOr<bool> found = row.Step();
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok() || !*found) return ids;
    ids.push_back(row.Text(0));
  }
}

inline std::vector<std::string> Rows(Store& store) {
  std::vector<std::string> ids;
  store.ReadNow([&ids](Connection& db) { ids = RowsOf(db); });
  return ids;
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_STORE_REQUEST_ROWS_H_
