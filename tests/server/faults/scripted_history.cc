#include "tests/server/faults/scripted_history.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "proto/contract/base/status_macros.h"
#include "tests/server/testing/claim_next.h"

namespace tunesmith::server {
namespace {

using internal::v1::WorkEvent;

constexpr char kTenant[] = "default";

std::vector<WorkEvent> Metrics(const WorkRow&) {
  return {MetricEvent(1, 1, 0.5), MetricEvent(2, 2, 0.4)};
}
std::vector<WorkEvent> Checkpoint(const WorkRow& row) {
  return {CheckpointEvent(3, row, 2)};
}
std::vector<WorkEvent> Success(const WorkRow& row) {
  return {MetricEvent(4, 3, 0.3), SuccessEvent(5, row)};
}
std::vector<WorkEvent> Failure(const WorkRow&) {
  return {FailureEvent(1, v1::ERROR_REASON_TRAINER_DIED, /*retryable=*/true)};
}
std::vector<WorkEvent> Suspended(const WorkRow& row) {
  return {CheckpointEvent(1, row, 1), SuspendedEvent(2)};
}

// Of every row the values as SQL would write them.
absl::StatusOr<std::string> DumpTable(Connection& db, const std::string& name) {
  std::string columns;
  Statement info = db.Prepare(absl::StrCat(
      "SELECT name FROM pragma_table_info('", name, "') ORDER BY cid"));
  for (;;) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, info.Step());
    if (!found) break;
    if (!columns.empty()) columns += " || ',' || ";
    absl::StrAppend(&columns, "quote(\"", info.Text(0), "\")");
  }
  std::string dump = absl::StrCat(name, "\n");
  Statement rows = db.Prepare(
      absl::StrCat("SELECT ", columns, " FROM \"", name, "\" ORDER BY 1"));
  for (;;) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, rows.Step());
    if (!found) return dump;
    absl::StrAppend(&dump, "  ", rows.Text(0), "\n");
  }
}

absl::StatusOr<std::string> DumpAll(Connection& db) {
  for (const char* check :
       {"SELECT group_concat(integrity_check) FROM pragma_integrity_check"
        " WHERE integrity_check <> 'ok'",
        "SELECT group_concat(\"table\") FROM pragma_foreign_key_check"}) {
    Statement statement = db.Prepare(check);
    TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
    if (!statement.IsNull(0)) return "DAMAGED: " + statement.Text(0);
  }
  std::vector<std::string> tables;
  Statement list = db.Prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  for (;;) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, list.Step());
    if (!found) break;
    tables.push_back(list.Text(0));
  }
  std::string dump;
  for (const std::string& table : tables) {
    // Every new database has another id.
    if (table == "data_directory") continue;
    TUNESMITH_ASSIGN_OR_RETURN(std::string part, DumpTable(db, table));
    dump += part;
  }
  return dump;
}

}  // namespace

void ScriptedHistory::Wire() {
  context_.hub = &hub_;
  context_.leases = &leases_;
  context_.observer = &observer_;
  context_.retry_delay = absl::ZeroDuration();
  context_.new_uid = [this] { return absl::StrFormat("%032x", ++uid_); };
}

absl::Status ScriptedHistory::Open() {
  store_.reset();
  fatal_ = absl::OkStatus();
  Store::Options options;
  options.path = "/tunesmith.db";
  options.vfs = vfs_->name();
  options.clock = &clock_;
  options.readers = &executor_;
  options.completions = &executor_;
  // So that steps move the log into the database, too.
  options.checkpoint_pages = 8;
  options.on_fatal = [this](const absl::Status& status) { fatal_ = status; };
  TUNESMITH_ASSIGN_OR_RETURN(store_, Store::Open(std::move(options)));
  return absl::OkStatus();
}

void ScriptedHistory::MakeInputs() {
  TestControlPlane plane;
  plane.AddInputs();
  plane.store.store.reset();
  vfs_->Load(plane.store.vfs.Contents());
}

absl::Status ScriptedHistory::Write(Store::WriteFn write) {
  return store_->WriteAndWait(std::move(write));
}

absl::Status ScriptedHistory::Create(const std::string& id) {
  v1::CreateJobRequest request = JobRequest(id);
  request.set_request_id("request-" + id);
  return Write([&](Transaction& tx) {
    return CreateJob(tx, context_, kTenant, request).status();
  });
}

absl::StatusOr<WorkRow> ScriptedHistory::WorkOf(const std::string& id) {
  absl::StatusOr<WorkRow> work = absl::UnknownError("not read");
  store_->ReadNow([&](Connection& db) {
    work = [&]() -> absl::StatusOr<WorkRow> {
      TUNESMITH_ASSIGN_OR_RETURN(JobRow job, JobTable::Get(db, kTenant, id));
      std::optional<WorkRow> row;
      TUNESMITH_ASSIGN_OR_RETURN(
          row, WorkQueue::FindBySubject(db, kTenant, job.job.uid()));
      if (!row.has_value()) return absl::NotFoundError("no work: " + id);
      return *std::move(row);
    }();
  });
  return work;
}

absl::Status ScriptedHistory::Lease(const std::string& id) {
  FreeSlot slot{.worker_id = "w1",
                .worker_boot = 1,
                .slot = 0,
                .offer = {.purpose = v1::Slot::TRAINING}};
  return Write([&](Transaction& tx) -> absl::Status {
    std::optional<WorkRow> row;
    TUNESMITH_ASSIGN_OR_RETURN(row, ClaimNext(tx, slot));
    if (!row.has_value()) return absl::NotFoundError("nothing waits: " + id);
    return StartAttempt(tx, context_, *row);
  });
}

absl::Status ScriptedHistory::Report(
    const std::string& id,
    std::vector<WorkEvent> (*events)(const WorkRow& row)) {
  TUNESMITH_ASSIGN_OR_RETURN(WorkRow row, WorkOf(id));
  return Write([&](Transaction& tx) {
    return ApplyWorkEvents(tx, context_, row.lease(), events(row)).status();
  });
}

absl::Status ScriptedHistory::Run(int step) {
  uid_ = 0x1000 * (step + 1);
  auto stop = [&](auto command, auto request, const std::string& id) {
    request.set_name("jobs/" + id);
    return Write([&](Transaction& tx) -> absl::Status {
      auto result = command(tx, context_, kTenant, request);
      if constexpr (std::is_same_v<decltype(result), absl::Status>) {
        return result;
      } else {
        return result.status();
      }
    });
  };
  switch (step) {
    case 0:
      return Create("a");
    case 1:
      return Lease("a");
    case 2:
      return Report("a", Metrics);
    case 3:
      return Report("a", Checkpoint);
    case 4:
      return Create("b");
    case 5:
      return Report("a", Success);
    case 6:
      return Lease("b");
    case 7:
      return Report("b", Failure);
    case 8:
      return Lease("b");
    case 9:
      return stop(PauseJob, v1::PauseJobRequest(), "b");
    case 10:
      return Report("b", Suspended);
    case 11:
      return stop(ResumeJob, v1::ResumeJobRequest(), "b");
    case 12:
      return stop(CancelJob, v1::CancelJobRequest(), "b");
    case 13:
      return stop(DeleteJob, v1::DeleteJobRequest(), "b");
    default:
      return stop(DeleteJob, v1::DeleteJobRequest(), "a");
  }
}

std::string ScriptedHistory::Dump() {
  std::string dump;
  store_->ReadNow([&](Connection& db) {
    absl::StatusOr<std::string> all = DumpAll(db);
    dump =
        all.ok() ? *std::move(all) : "UNREADABLE: " + all.status().ToString();
  });
  return dump;
}

}  // namespace tunesmith::server
