#include "server/lifecycle/job_table.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/lifecycle/wire_time.h"
#include "server/store/job_marks.h"

namespace tunesmith::server {
namespace {

// What ReadRow takes, in order. The newest sequence is asked of the events, so
// that an event need not change the job's record and etag.
constexpr char kSelect[] =
    "SELECT j.number, j.revision, j.record, (SELECT MAX(e.sequence) FROM "
    "job_events e WHERE e.tenant = j.tenant AND e.job_uid = j.uid) "
    "FROM jobs j ";

// Names can come again after deletion, uids cannot.
std::string Etag(const std::string& uid, int64_t revision) {
  return absl::StrCat(uid.substr(uid.size() - std::min<size_t>(uid.size(), 8)),
                      "-", revision);
}

std::string Record(v1::Job job) {
  job.clear_wait();
  job.clear_progress();
  job.clear_etag();
  job.clear_last_sequence();
  return job.SerializeAsString();
}

absl::StatusOr<JobRow> ReadRow(const Statement& statement) {
  JobRow row;
  row.number = statement.Int(0);
  if (!row.job.ParseFromString(statement.Text(2))) {
    return absl::DataLossError(absl::StrCat(
        "damaged record in the database, job number: ", row.number));
  }
  row.job.set_etag(Etag(row.job.uid(), statement.Int(1)));
  row.job.set_last_sequence(statement.Int(3));
  return row;
}

absl::StatusOr<std::vector<JobRow>> ReadRows(Statement& statement) {
  std::vector<JobRow> rows;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return rows;
    TUNESMITH_ASSIGN_OR_RETURN(rows.emplace_back(), ReadRow(statement));
  }
}

void BindEndTime(Statement& statement, const v1::Job& job) {
  if (job.has_end_time()) {
    statement.Bind(FromWireTime(job.end_time()));
  } else {
    statement.BindNull();
  }
}

MarkedJob MarksOf(const JobRow& row) {
  return {row.job.tenant(), row.number, FromWireTime(row.job.create_time())};
}

absl::Status MarkInputs(Transaction& tx, const v1::Job& job,
                        const std::vector<std::string>& input_uids) {
  // One dataset can have two parts.
  std::set<std::string> distinct(input_uids.begin(), input_uids.end());
  for (const std::string& input_uid : distinct) {
    TUNESMITH_RETURN_IF_ERROR(
        tx.db()
            .Prepare("INSERT INTO job_inputs (tenant, job_uid, resource_uid) "
                     "VALUES (?, ?, ?)")
            .Bind(job.tenant())
            .Bind(job.uid())
            .Bind(input_uid)
            .Run());
  }
  return absl::OkStatus();
}

// Writes what Record gives; gives `job` a new etag.
absl::Status Replace(Transaction& tx, const std::string& record, v1::Job& job) {
  Statement statement = tx.db().Prepare(
      "UPDATE jobs SET state = ?, end_time = ?, revision = revision + 1, "
      "record = ? WHERE tenant = ? AND uid = ? RETURNING revision");
  statement.Bind(static_cast<int64_t>(job.state()));
  BindEndTime(statement, job);
  statement.BindBlob(record).Bind(job.tenant()).Bind(job.uid());
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) {
    return absl::InternalError("no record of a job, uid: " + job.uid());
  }
  job.set_etag(Etag(job.uid(), statement.Int(0)));
  return statement.Step().status();
}

}  // namespace

absl::Status JobTable::Insert(Transaction& tx, v1::Job& job,
                              const std::vector<std::string>& input_uids) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string id,
                             ParseResourceName(ResourceKind::kJob, job.name()));
  Statement statement = tx.db().Prepare(
      "INSERT INTO jobs (tenant, uid, id, state, create_time, end_time, "
      "revision, record) VALUES (?, ?, ?, ?, ?, ?, 1, ?)");
  statement.Bind(job.tenant())
      .Bind(job.uid())
      .Bind(id)
      .Bind(static_cast<int64_t>(job.state()))
      .Bind(FromWireTime(job.create_time()));
  BindEndTime(statement, job);
  absl::Status inserted = statement.BindBlob(Record(job)).Run();
  if (absl::IsAlreadyExists(inserted)) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     v1::ERROR_REASON_RESOURCE_EXISTS,
                     "exists already: " + job.name());
  }
  TUNESMITH_RETURN_IF_ERROR(inserted);
  job.set_etag(Etag(job.uid(), 1));
  TUNESMITH_RETURN_IF_ERROR(
      InsertJobMarks(tx.db(), MarksOf({tx.db().inserted(), job}), job));
  return MarkInputs(tx, job, input_uids);
}

absl::Status JobTable::Update(Transaction& tx, v1::Job& job) {
  return Replace(tx, Record(job), job);
}

absl::StatusOr<bool> JobTable::UpdateIfChanged(Transaction& tx,
                                               const v1::Job& before,
                                               v1::Job& job) {
  const std::string record = Record(job);
  if (record == Record(before)) return false;
  TUNESMITH_RETURN_IF_ERROR(Replace(tx, record, job));
  return true;
}

// Events, metrics and marks go with the row (ON DELETE CASCADE). The request
// that made the job is remembered: repeating it must not make another one.
absl::Status JobTable::Remove(Transaction& tx, const JobKey& job) {
  return tx.db()
      .Prepare("DELETE FROM jobs WHERE tenant = ? AND uid = ?")
      .Bind(job.tenant)
      .Bind(job.uid)
      .Run();
}

absl::StatusOr<JobRow> JobTable::Get(Connection& db, const std::string& tenant,
                                     const std::string& id) {
  Statement statement =
      db.Prepare(absl::StrCat(kSelect, "WHERE j.tenant = ? AND j.id = ?"));
  statement.Bind(tenant).Bind(id);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) {
    return ResourceNotFoundError("job", ResourceName(ResourceKind::kJob, id));
  }
  return ReadRow(statement);
}

absl::StatusOr<std::optional<JobRow>> JobTable::FindByUid(Connection& db,
                                                          const JobKey& job) {
  Statement statement =
      db.Prepare(absl::StrCat(kSelect, "WHERE j.tenant = ? AND j.uid = ?"));
  statement.Bind(job.tenant).Bind(job.uid);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::nullopt;
  return ReadRow(statement);
}

absl::StatusOr<JobRow> JobTable::Load(Connection& db, int64_t number) {
  Statement statement = db.Prepare(absl::StrCat(kSelect, "WHERE j.number = ?"));
  statement.Bind(number);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) {
    return absl::InternalError(absl::StrCat("no job with number ", number));
  }
  return ReadRow(statement);
}

absl::Status JobTable::UpdateLabels(Transaction& tx, const JobRow& job) {
  return ReplaceLabelMarks(tx.db(), MarksOf(job), job.job);
}

absl::StatusOr<std::vector<JobRow>> JobTable::ListWithCheckpoints(
    Connection& db) {
  Statement statement = db.Prepare(absl::StrCat(
      kSelect,
      "WHERE (j.tenant, j.uid) IN (SELECT tenant, job_uid FROM checkpoints) "
      "ORDER BY j.number"));
  return ReadRows(statement);
}

absl::StatusOr<std::vector<JobRow>> JobTable::ListWaitingFor(
    Connection& db, const std::string& tenant,
    const std::string& resource_uid) {
  Statement statement = db.Prepare(absl::StrCat(
      kSelect,
      "JOIN job_inputs i ON i.tenant = j.tenant AND i.job_uid = j.uid "
      "WHERE i.tenant = ? AND i.resource_uid = ? AND j.state = ? "
      "ORDER BY j.number"));
  statement.Bind(tenant)
      .Bind(resource_uid)
      .Bind(static_cast<int64_t>(v1::Job::VALIDATING));
  return ReadRows(statement);
}

absl::StatusOr<std::optional<std::string>> JobTable::FindLiveUser(
    Connection& db, const std::string& tenant,
    const std::string& resource_uid) {
  Statement statement = db.Prepare(
      "SELECT j.id FROM job_inputs i JOIN jobs j ON j.tenant = i.tenant AND "
      "j.uid = i.job_uid WHERE i.tenant = ? AND i.resource_uid = ? AND "
      "j.end_time IS NULL ORDER BY j.number LIMIT 1");
  statement.Bind(tenant).Bind(resource_uid);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::nullopt;
  return statement.Text(0);
}

absl::StatusOr<std::vector<std::string>> JobTable::InputUids(
    Connection& db, const JobKey& job) {
  Statement statement = db.Prepare(
      "SELECT resource_uid FROM job_inputs WHERE tenant = ? AND job_uid = ? "
      "ORDER BY resource_uid");
  statement.Bind(job.tenant).Bind(job.uid);
  return statement.Texts();
}

absl::StatusOr<std::vector<std::pair<v1::Job::State, int64_t>>>
JobTable::CountByState(Connection& db) {
  Statement statement = db.Prepare(
      "SELECT state, SUM(jobs) FROM job_counts GROUP BY state"
      " HAVING SUM(jobs) > 0");
  std::vector<std::pair<v1::Job::State, int64_t>> counts;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return counts;
    counts.emplace_back(static_cast<v1::Job::State>(statement.Int(0)),
                        statement.Int(1));
  }
}

absl::StatusOr<int64_t> JobTable::CountLive(Connection& db,
                                            const std::string& tenant) {
  Statement statement = db.Prepare(
      "SELECT COALESCE(SUM(jobs), 0) FROM job_counts WHERE state <> ?1"
      " AND state <> ?2 AND state <> ?3 AND (?4 = '' OR tenant = ?4)");
  statement.Bind(v1::Job::SUCCEEDED)
      .Bind(v1::Job::FAILED)
      .Bind(v1::Job::CANCELLED)
      .Bind(tenant);
  TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
  return statement.Int(0);
}

}  // namespace tunesmith::server
