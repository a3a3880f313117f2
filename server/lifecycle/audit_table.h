#ifndef TUNESMITH_SERVER_LIFECYCLE_AUDIT_TABLE_H_
#define TUNESMITH_SERVER_LIFECYCLE_AUDIT_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/store.h"
#include "tunesmith/v1/audit.pb.h"

namespace tunesmith::server {

struct AuditRow {
  // Place in the order of writing; the page cursor.
  int64_t number = 0;
  v1::AuditRecord record;
};

// Who changed what; its SQL. Stateless.
class AuditTable {
 public:
  // Sets the time.
  static absl::Status Append(Transaction& tx, const std::string& tenant,
                             v1::AuditRecord record);
  // Newest first, numbers below `before`, at most `limit`; of every resource
  // when `resource` is empty.
  static absl::StatusOr<std::vector<AuditRow>> List(Connection& db,
                                                    const std::string& tenant,
                                                    const std::string& resource,
                                                    int64_t before, int limit);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_AUDIT_TABLE_H_
