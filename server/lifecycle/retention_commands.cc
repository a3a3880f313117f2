#include "server/lifecycle/retention_commands.h"

#include <utility>

#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

constexpr int kJobsPerWrite = 200;
constexpr int64_t kEventsPerWrite = 5000;
constexpr int kAuditRecordsPerWrite = 1000;

absl::StatusOr<std::vector<std::string>> OldestUids(Connection& db,
                                                    const std::string& tenant,
                                                    const JobEnd& last) {
  Statement statement = db.Prepare(
      "SELECT uid FROM jobs WHERE tenant = ? AND end_time IS NOT NULL AND "
      "(end_time, number) <= (?, ?) ORDER BY end_time, number LIMIT ?");
  statement.Bind(tenant).Bind(last.time).Bind(last.number).Bind(kJobsPerWrite);
  return statement.Texts();
}

}  // namespace

// One step of the index for each tenant, however many jobs they have.
absl::StatusOr<std::vector<std::string>> ListTenants(Connection& db) {
  std::vector<std::string> tenants;
  while (true) {
    Statement statement =
        db.Prepare("SELECT MIN(tenant) FROM jobs WHERE tenant > ?");
    statement.Bind(tenants.empty() ? std::string() : tenants.back());
    TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
    if (statement.IsNull(0)) return tenants;
    tenants.push_back(statement.Text(0));
  }
}

absl::StatusOr<std::optional<JobEnd>> EndBeyond(Connection& db,
                                                const std::string& tenant,
                                                int64_t kept) {
  Statement statement = db.Prepare(
      "SELECT end_time, number FROM jobs WHERE tenant = ? AND end_time IS NOT "
      "NULL ORDER BY end_time DESC, number DESC LIMIT 1 OFFSET ?");
  statement.Bind(tenant).Bind(kept);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::nullopt;
  return JobEnd{.time = statement.Time(0), .number = statement.Int(1)};
}

absl::StatusOr<int> RemoveEndedJobs(Transaction& tx,
                                    const LifecycleContext& context,
                                    const std::string& tenant,
                                    const JobEnd& last) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> uids,
                             OldestUids(tx.db(), tenant, last));
  int removed = 0;
  int64_t events = 0;
  for (const std::string& uid : uids) {
    const JobKey key{tenant, uid};
    TUNESMITH_ASSIGN_OR_RETURN(std::optional<JobRow> row,
                               JobTable::FindByUid(tx.db(), key));
    if (!row.has_value()) continue;
    ++removed;
    events += row->job.last_sequence();
    TUNESMITH_RETURN_IF_ERROR(RemoveEndedJob(tx, context, std::move(row->job)));
    if (events >= kEventsPerWrite) break;
  }
  return removed;
}

absl::StatusOr<int> RemoveAuditRecords(Transaction& tx, absl::Time last) {
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare("DELETE FROM audit_records WHERE number IN (SELECT number "
                   "FROM audit_records WHERE time <= ? ORDER BY time LIMIT ?)")
          .Bind(last)
          .Bind(kAuditRecordsPerWrite)
          .Run());
  return static_cast<int>(tx.db().changes());
}

}  // namespace tunesmith::server
