#include "server/store/migrations.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/store/job_marks.h"
#include "server/store/ordered_queue_schema.h"

namespace tunesmith::server {
namespace {

// Times are microseconds since the epoch; `record` columns hold protobufs.
// State numbers are those of the enums in proto/tunesmith/v1.
constexpr char kInitialSchema[] = R"sql(
CREATE TABLE jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  uid TEXT NOT NULL,
  id TEXT NOT NULL,
  -- Job.State
  state INTEGER NOT NULL CHECK (state IN (1, 2, 3, 6, 7, 8, 9)),
  create_time INTEGER NOT NULL,
  end_time INTEGER,
  -- Grows with every change; the etag.
  revision INTEGER NOT NULL CHECK (revision >= 1),
  -- tunesmith.v1.Job without what other columns and tables hold.
  record BLOB NOT NULL,
  UNIQUE (tenant, uid),
  UNIQUE (tenant, id),
  CHECK ((state IN (7, 8, 9)) = (end_time IS NOT NULL))
);
CREATE INDEX jobs_by_state ON jobs (state);

-- The models and datasets that a job reads.
CREATE TABLE job_inputs (
  tenant TEXT NOT NULL,
  job_uid TEXT NOT NULL,
  resource_uid TEXT NOT NULL,
  PRIMARY KEY (tenant, job_uid, resource_uid),
  FOREIGN KEY (tenant, job_uid) REFERENCES jobs (tenant, uid)
    ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX job_inputs_by_resource ON job_inputs (tenant, resource_uid);

-- Answers that a repeated request gets again.
CREATE TABLE requests (
  tenant TEXT NOT NULL,
  request_id TEXT NOT NULL,
  -- SHA-256 of the request's body.
  body_digest TEXT NOT NULL,
  job_uid TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  PRIMARY KEY (tenant, request_id)
) WITHOUT ROWID;
CREATE INDEX requests_by_time ON requests (create_time);

CREATE TABLE job_events (
  tenant TEXT NOT NULL,
  job_uid TEXT NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  -- tunesmith.v1.JobEvent
  record BLOB NOT NULL,
  PRIMARY KEY (tenant, job_uid, sequence),
  FOREIGN KEY (tenant, job_uid) REFERENCES jobs (tenant, uid)
    ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE job_metrics (
  tenant TEXT NOT NULL,
  job_uid TEXT NOT NULL,
  split INTEGER NOT NULL,
  name TEXT NOT NULL,
  step INTEGER NOT NULL,
  epoch REAL NOT NULL,
  value REAL,
  PRIMARY KEY (tenant, job_uid, split, name, step),
  FOREIGN KEY (tenant, job_uid) REFERENCES jobs (tenant, uid)
    ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE datasets (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  uid TEXT NOT NULL,
  id TEXT NOT NULL,
  -- Dataset.State
  state INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
  file_name TEXT NOT NULL,
  -- tunesmith.internal.v1.Artifact
  artifact BLOB NOT NULL,
  artifact_key TEXT NOT NULL,
  -- tunesmith.v1.Dataset
  record BLOB NOT NULL,
  UNIQUE (tenant, uid),
  UNIQUE (tenant, id)
);

CREATE TABLE dataset_findings (
  tenant TEXT NOT NULL,
  dataset_uid TEXT NOT NULL,
  number INTEGER NOT NULL,
  -- tunesmith.v1.Finding
  record BLOB NOT NULL,
  PRIMARY KEY (tenant, dataset_uid, number),
  FOREIGN KEY (tenant, dataset_uid) REFERENCES datasets (tenant, uid)
    ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE models (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  uid TEXT NOT NULL,
  id TEXT NOT NULL,
  -- Model.State
  state INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
  family TEXT NOT NULL,
  parameter_count INTEGER NOT NULL,
  -- tunesmith.internal.v1.Artifact
  artifact BLOB NOT NULL,
  artifact_key TEXT NOT NULL,
  -- tunesmith.v1.Model
  record BLOB NOT NULL,
  -- tunesmith.internal.v1.ModelFacts without `model`; empty until READY.
  facts BLOB NOT NULL,
  UNIQUE (tenant, uid),
  UNIQUE (tenant, id)
);

CREATE TABLE work_items (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  -- Which resource it is for: its name and uid.
  subject TEXT NOT NULL,
  subject_uid TEXT NOT NULL,
  -- Slot.Purpose
  purpose INTEGER NOT NULL CHECK (purpose IN (1, 2)),
  -- Resources.DeviceKind; 0 for any.
  device_kind INTEGER NOT NULL,
  -- The least that the slot must offer.
  device_memory_bytes INTEGER NOT NULL CHECK (device_memory_bytes >= 0),
  -- 1 waiting, 2 leased
  state INTEGER NOT NULL CHECK (state IN (1, 2)),
  priority INTEGER NOT NULL,
  -- Not leased before.
  not_before INTEGER NOT NULL,
  fence INTEGER NOT NULL CHECK (fence >= 0),
  attempt INTEGER NOT NULL CHECK (attempt BETWEEN 0 AND max_attempts),
  max_attempts INTEGER NOT NULL,
  worker TEXT,
  worker_boot INTEGER,
  slot INTEGER,
  cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1)),
  -- Newest event of the current fence that is stored.
  event_sequence INTEGER NOT NULL DEFAULT 0,
  -- tunesmith.internal.v1.WorkItem; uid, fence and attempt are in columns.
  payload BLOB NOT NULL,
  CHECK ((state = 2) = (worker IS NOT NULL)),
  CHECK ((worker IS NULL) = (slot IS NULL)),
  CHECK ((worker IS NULL) = (worker_boot IS NULL))
);
CREATE INDEX work_items_waiting
  ON work_items (purpose, priority DESC, number) WHERE state = 1;
CREATE UNIQUE INDEX work_items_leased
  ON work_items (worker, slot) WHERE state = 2;
CREATE INDEX work_items_by_subject ON work_items (tenant, subject_uid);
)sql";

// Jobs can be paused and have checkpoints; a work item can be held and be asked
// to suspend. Constraints cannot be altered: the tables are made anew.
constexpr char kCheckpoints[] = R"sql(
CREATE TABLE new_jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  uid TEXT NOT NULL,
  id TEXT NOT NULL,
  -- Job.State
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 9),
  create_time INTEGER NOT NULL,
  end_time INTEGER,
  -- Grows with every change; the etag.
  revision INTEGER NOT NULL CHECK (revision >= 1),
  -- tunesmith.v1.Job without what other columns and tables hold.
  record BLOB NOT NULL,
  UNIQUE (tenant, uid),
  UNIQUE (tenant, id),
  CHECK ((state IN (7, 8, 9)) = (end_time IS NOT NULL))
);
INSERT INTO new_jobs SELECT * FROM jobs;
DELETE FROM sqlite_sequence WHERE name = 'new_jobs';
INSERT INTO sqlite_sequence (name, seq)
  SELECT 'new_jobs', seq FROM sqlite_sequence WHERE name = 'jobs';
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
CREATE INDEX jobs_by_state ON jobs (state);

CREATE TABLE checkpoints (
  tenant TEXT NOT NULL,
  job_uid TEXT NOT NULL,
  step INTEGER NOT NULL CHECK (step >= 0),
  -- tunesmith.internal.v1.Artifact
  artifact BLOB NOT NULL,
  artifact_key TEXT NOT NULL,
  -- tunesmith.v1.Checkpoint
  record BLOB NOT NULL,
  PRIMARY KEY (tenant, job_uid, step),
  FOREIGN KEY (tenant, job_uid) REFERENCES jobs (tenant, uid)
    ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE new_work_items (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  -- Which resource it is for: its name and uid.
  subject TEXT NOT NULL,
  subject_uid TEXT NOT NULL,
  -- Slot.Purpose
  purpose INTEGER NOT NULL CHECK (purpose IN (1, 2, 3)),
  -- Resources.DeviceKind; 0 for any.
  device_kind INTEGER NOT NULL,
  -- The least that the slot must offer.
  device_memory_bytes INTEGER NOT NULL CHECK (device_memory_bytes >= 0),
  -- 1 waiting, 2 leased, 3 held
  state INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
  priority INTEGER NOT NULL,
  -- Not leased before.
  not_before INTEGER NOT NULL,
  fence INTEGER NOT NULL CHECK (fence >= 0),
  attempt INTEGER NOT NULL CHECK (attempt BETWEEN 0 AND max_attempts),
  max_attempts INTEGER NOT NULL,
  worker TEXT,
  worker_boot INTEGER,
  slot INTEGER,
  -- What its worker is asked for: 0 nothing, 1 to cancel it, 2 to suspend it.
  stop INTEGER NOT NULL DEFAULT 0 CHECK (stop IN (0, 1, 2)),
  -- Newest event of the current fence that is stored.
  event_sequence INTEGER NOT NULL DEFAULT 0,
  -- tunesmith.internal.v1.WorkItem; uid, fence and attempt are in columns.
  payload BLOB NOT NULL,
  CHECK ((state = 2) = (worker IS NOT NULL)),
  CHECK ((worker IS NULL) = (slot IS NULL)),
  CHECK ((worker IS NULL) = (worker_boot IS NULL))
);
INSERT INTO new_work_items SELECT * FROM work_items;
DROP TABLE work_items;
ALTER TABLE new_work_items RENAME TO work_items;
CREATE INDEX work_items_waiting
  ON work_items (purpose, priority DESC, number) WHERE state = 1;
CREATE UNIQUE INDEX work_items_leased
  ON work_items (worker, slot) WHERE state = 2;
CREATE INDEX work_items_by_subject ON work_items (tenant, subject_uid);
)sql";

// Jobs can share a checkpoint's files.
constexpr char kSharedCheckpoints[] = R"sql(
CREATE INDEX checkpoints_by_artifact ON checkpoints (artifact_key);
)sql";

// Jobs whose checkpoints were deleted after their end, to free room.
constexpr char kPrunedCheckpoints[] = R"sql(
CREATE TABLE pruned_checkpoints (
  tenant TEXT NOT NULL,
  job_uid TEXT NOT NULL,
  prune_time INTEGER NOT NULL,
  -- 1 they had been kept for long enough, 2 somebody asked for it
  cause INTEGER NOT NULL CHECK (cause IN (1, 2)),
  PRIMARY KEY (tenant, job_uid),
  FOREIGN KEY (tenant, job_uid) REFERENCES jobs (tenant, uid)
    ON DELETE CASCADE
) WITHOUT ROWID;
)sql";

// Which data directory the database is of: the file `ID` there says the same.
constexpr char kDataDirectory[] = R"sql(
CREATE TABLE data_directory (
  id TEXT NOT NULL
);
INSERT INTO data_directory VALUES (lower(hex(randomblob(16))));
)sql";

// What operators ask for and ask about.
constexpr char kOperations[] = R"sql(
-- Any mutation can be repeated, not only those that make a job.
ALTER TABLE requests RENAME COLUMN job_uid TO resource_uid;
-- The first answer, where it is no resource.
ALTER TABLE requests ADD COLUMN answer BLOB;

-- Workers that get nothing new by somebody's wish.
CREATE TABLE drained_workers (
  id TEXT NOT NULL PRIMARY KEY,
  time INTEGER NOT NULL,
  reason TEXT NOT NULL,
  finish_jobs INTEGER NOT NULL CHECK (finish_jobs IN (0, 1))
) WITHOUT ROWID;

CREATE TABLE audit_records (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  time INTEGER NOT NULL,
  resource TEXT NOT NULL,
  -- tunesmith.v1.AuditRecord
  record BLOB NOT NULL
);
CREATE INDEX audit_records_by_resource
  ON audit_records (tenant, resource, number);
CREATE INDEX audit_records_by_time ON audit_records (time);
)sql";

// What upkeep looks for, however much is stored.
constexpr char kRetention[] = R"sql(
CREATE INDEX datasets_by_artifact ON datasets (artifact_key);
CREATE INDEX models_by_artifact ON models (artifact_key);

-- The time that retention goes by, as far as a server has believed its clock;
-- at most one row.
CREATE TABLE believed_time (
  time INTEGER NOT NULL
);
INSERT INTO believed_time
  SELECT newest FROM (SELECT MAX(create_time) AS newest FROM jobs)
  WHERE newest IS NOT NULL;
)sql";

constexpr Migration kMigrations[] = {{kInitialSchema},
                                     {kCheckpoints},
                                     {kSharedCheckpoints},
                                     {kPrunedCheckpoints},
                                     {kDataDirectory},
                                     {kOperations},
                                     {kOrderedQueueSchema, FillJobMarks},
                                     {kRetention}};

absl::StatusOr<int64_t> ReadVersion(Connection& db) {
  Statement statement = db.Prepare("PRAGMA user_version");
  TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
  return statement.Int(0);
}

absl::Status RunStep(Connection& db, const Migration& step, int64_t version) {
  TUNESMITH_RETURN_IF_ERROR(db.Execute(step.sql));
  if (step.fill != nullptr) TUNESMITH_RETURN_IF_ERROR(step.fill(db));
  TUNESMITH_RETURN_IF_ERROR(
      db.Execute(absl::StrCat("PRAGMA user_version = ", version)));
  return db.Execute("COMMIT");
}

absl::Status MigrateTo(Connection& db, const Migration& step, int64_t version) {
  TUNESMITH_RETURN_IF_ERROR(db.Execute("BEGIN IMMEDIATE"));
  absl::Status status = RunStep(db, step, version);
  // Its error would say less.
  if (db.in_transaction()) db.Execute("ROLLBACK").IgnoreError();
  return status;
}

}  // namespace

std::span<const Migration> Migrations() { return kMigrations; }

absl::Status Migrate(Connection& db) { return Migrate(db, kMigrations); }

absl::Status Migrate(Connection& db, std::span<const Migration> steps) {
  TUNESMITH_ASSIGN_OR_RETURN(int64_t version, ReadVersion(db));
  const int64_t newest = static_cast<int64_t>(steps.size());
  if (version > newest) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the database was written by a newer version of Tunesmith, schema: ",
        version, ", newest known: ", newest));
  }
  if (version == newest) return absl::OkStatus();
  // A table that is dropped to be made anew must not take others' rows along.
  TUNESMITH_RETURN_IF_ERROR(db.Execute("PRAGMA foreign_keys = OFF"));
  for (; version < newest; ++version) {
    TUNESMITH_RETURN_IF_ERROR(MigrateTo(db, steps[version], version + 1));
  }
  return db.Execute("PRAGMA foreign_keys = ON");
}

}  // namespace tunesmith::server
