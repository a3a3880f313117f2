#include "server/store/ordered_queue_schema.h"

namespace tunesmith::server {

const char kOrderedQueueSchema[] = R"sql(
-- What a point of priority is worth, in microseconds of waiting; one row.
CREATE TABLE queue_order (
  priority_point INTEGER NOT NULL CHECK (priority_point >= 0)
);
INSERT INTO queue_order VALUES (3600000000);

-- The items of one tenant that need the same of a slot wait in one list. Rows
-- go with their last item.
CREATE TABLE work_lists (
  number INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  -- Slot.Purpose
  purpose INTEGER NOT NULL CHECK (purpose IN (1, 2, 3)),
  -- Resources.DeviceKind; 0 for any.
  device_kind INTEGER NOT NULL,
  -- The least that the slot must offer.
  device_memory_bytes INTEGER NOT NULL CHECK (device_memory_bytes >= 0),
  -- Kept by triggers.
  items INTEGER NOT NULL DEFAULT 0 CHECK (items >= 0),
  waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0),
  leased INTEGER NOT NULL DEFAULT 0 CHECK (leased >= 0),
  -- The latest queue_time.
  newest INTEGER NOT NULL DEFAULT 0,
  UNIQUE (tenant, purpose, device_kind, device_memory_bytes)
);
CREATE INDEX work_lists_by_purpose ON work_lists (purpose);

-- How many of a list's items wait with turn >> shift = bucket, for shifts of
-- 20 (1 s), 30 (18 min) and 40 (13 d): a place in the queue is a sum of few.
CREATE TABLE work_ranks (
  list INTEGER NOT NULL,
  shift INTEGER NOT NULL CHECK (shift IN (20, 30, 40)),
  bucket INTEGER NOT NULL,
  waiting INTEGER NOT NULL CHECK (waiting >= 0),
  PRIMARY KEY (list, shift, bucket)
) WITHOUT ROWID;

CREATE TABLE new_work_items (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  list INTEGER NOT NULL,
  -- Which resource it is for: its name and uid.
  tenant TEXT NOT NULL,
  subject TEXT NOT NULL,
  subject_uid TEXT NOT NULL,
  -- 1 waiting, 2 leased, 3 held, 4 delayed
  state INTEGER NOT NULL CHECK (state IN (1, 2, 3, 4)),
  priority INTEGER NOT NULL,
  preempts INTEGER NOT NULL DEFAULT 0 CHECK (preempts IN (0, 1)),
  -- When it came; of a list, later ones have no earlier time.
  queue_time INTEGER NOT NULL,
  -- queue_time - priority * priority_point: the lowest goes first.
  turn INTEGER NOT NULL,
  -- While delayed: from when, and until when.
  delayed_from INTEGER,
  not_before INTEGER,
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
  CHECK ((worker IS NULL) = (worker_boot IS NULL)),
  CHECK ((state = 4) = (not_before IS NOT NULL)),
  CHECK ((not_before IS NULL) = (delayed_from IS NULL))
);

INSERT INTO work_lists (tenant, purpose, device_kind, device_memory_bytes)
  SELECT DISTINCT tenant, purpose, device_kind, device_memory_bytes
  FROM work_items;
-- A job's item came when the job did. Never earlier than the one before it:
-- clocks are set back.
INSERT INTO new_work_items (number, uid, list, tenant, subject, subject_uid,
    state, priority, queue_time, turn, fence, attempt, max_attempts, worker,
    worker_boot, slot, stop, event_sequence, payload)
  SELECT w.number, w.uid, l.number, w.tenant, w.subject, w.subject_uid,
    w.state, w.priority,
    MAX(COALESCE(j.create_time, 0)) OVER by_number,
    MAX(COALESCE(j.create_time, 0)) OVER by_number - w.priority * 3600000000,
    w.fence, w.attempt, w.max_attempts, w.worker, w.worker_boot, w.slot,
    w.stop, w.event_sequence, w.payload
  FROM work_items w
  JOIN work_lists l ON l.tenant = w.tenant AND l.purpose = w.purpose
    AND l.device_kind = w.device_kind
    AND l.device_memory_bytes = w.device_memory_bytes
  LEFT JOIN jobs j ON j.tenant = w.tenant AND j.uid = w.subject_uid
  WINDOW by_number AS (ORDER BY w.number)
  ORDER BY w.number;
DELETE FROM sqlite_sequence WHERE name = 'new_work_items';
INSERT INTO sqlite_sequence (name, seq)
  SELECT 'new_work_items', seq FROM sqlite_sequence WHERE name = 'work_items';
DROP TABLE work_items;
ALTER TABLE new_work_items RENAME TO work_items;
CREATE INDEX work_items_waiting
  ON work_items (list, turn, number) WHERE state = 1;
CREATE INDEX work_items_preempting
  ON work_items (turn, number) WHERE state = 1 AND preempts = 1;
CREATE UNIQUE INDEX work_items_leased
  ON work_items (worker, slot) WHERE state = 2;
CREATE INDEX work_items_leased_of_list ON work_items (list) WHERE state = 2;
CREATE INDEX work_items_delayed_until
  ON work_items (not_before) WHERE state = 4;
CREATE INDEX work_items_delayed_from
  ON work_items (delayed_from) WHERE state = 4;
CREATE INDEX work_items_by_subject ON work_items (tenant, subject_uid);

UPDATE work_lists SET
  items = (SELECT COUNT(*) FROM work_items w WHERE w.list = work_lists.number),
  waiting = (SELECT COUNT(*) FROM work_items w
             WHERE w.list = work_lists.number AND w.state = 1),
  leased = (SELECT COUNT(*) FROM work_items w
            WHERE w.list = work_lists.number AND w.state = 2),
  newest = (SELECT MAX(w.queue_time) FROM work_items w
            WHERE w.list = work_lists.number);
INSERT INTO work_ranks
  SELECT list, s.column1, turn >> s.column1, COUNT(*)
  FROM work_items, (VALUES (20), (30), (40)) s
  WHERE state = 1 GROUP BY 1, 2, 3;

CREATE TRIGGER work_items_insert AFTER INSERT ON work_items BEGIN
  UPDATE work_lists SET items = items + 1, waiting = waiting + (NEW.state = 1),
    leased = leased + (NEW.state = 2), newest = MAX(newest, NEW.queue_time)
    WHERE number = NEW.list;
END;
CREATE TRIGGER work_items_insert_rank AFTER INSERT ON work_items
WHEN NEW.state = 1 BEGIN
  INSERT INTO work_ranks VALUES (NEW.list, 20, NEW.turn >> 20, 1)
    ON CONFLICT (list, shift, bucket) DO UPDATE SET waiting = waiting + 1;
  INSERT INTO work_ranks VALUES (NEW.list, 30, NEW.turn >> 30, 1)
    ON CONFLICT (list, shift, bucket) DO UPDATE SET waiting = waiting + 1;
  INSERT INTO work_ranks VALUES (NEW.list, 40, NEW.turn >> 40, 1)
    ON CONFLICT (list, shift, bucket) DO UPDATE SET waiting = waiting + 1;
END;
CREATE TRIGGER work_items_update AFTER UPDATE OF state ON work_items
WHEN OLD.state <> NEW.state BEGIN
  UPDATE work_lists SET
    waiting = waiting + (NEW.state = 1) - (OLD.state = 1),
    leased = leased + (NEW.state = 2) - (OLD.state = 2)
    WHERE number = NEW.list;
END;
CREATE TRIGGER work_items_leave_rank AFTER UPDATE OF state, turn ON work_items
WHEN OLD.state = 1 AND (NEW.state <> 1 OR NEW.turn <> OLD.turn) BEGIN
  UPDATE work_ranks SET waiting = waiting - 1
    WHERE list = OLD.list AND shift = 20 AND bucket = OLD.turn >> 20;
  UPDATE work_ranks SET waiting = waiting - 1
    WHERE list = OLD.list AND shift = 30 AND bucket = OLD.turn >> 30;
  UPDATE work_ranks SET waiting = waiting - 1
    WHERE list = OLD.list AND shift = 40 AND bucket = OLD.turn >> 40;
  DELETE FROM work_ranks WHERE waiting = 0
    AND list = OLD.list AND shift = 20 AND bucket = OLD.turn >> 20;
  DELETE FROM work_ranks WHERE waiting = 0
    AND list = OLD.list AND shift = 30 AND bucket = OLD.turn >> 30;
  DELETE FROM work_ranks WHERE waiting = 0
    AND list = OLD.list AND shift = 40 AND bucket = OLD.turn >> 40;
END;
CREATE TRIGGER work_items_join_rank AFTER UPDATE OF state, turn ON work_items
WHEN NEW.state = 1 AND (OLD.state <> 1 OR NEW.turn <> OLD.turn) BEGIN
  INSERT INTO work_ranks VALUES (NEW.list, 20, NEW.turn >> 20, 1)
    ON CONFLICT (list, shift, bucket) DO UPDATE SET waiting = waiting + 1;
  INSERT INTO work_ranks VALUES (NEW.list, 30, NEW.turn >> 30, 1)
    ON CONFLICT (list, shift, bucket) DO UPDATE SET waiting = waiting + 1;
  INSERT INTO work_ranks VALUES (NEW.list, 40, NEW.turn >> 40, 1)
    ON CONFLICT (list, shift, bucket) DO UPDATE SET waiting = waiting + 1;
END;
-- An item that waits passes through another state before it goes.
CREATE TRIGGER work_items_delete_waiting BEFORE DELETE ON work_items
WHEN OLD.state = 1 BEGIN
  SELECT RAISE(ABORT, 'a waiting item is held before it is deleted');
END;
CREATE TRIGGER work_items_delete AFTER DELETE ON work_items BEGIN
  UPDATE work_lists SET items = items - 1, leased = leased - (OLD.state = 2)
    WHERE number = OLD.list;
  DELETE FROM work_lists WHERE number = OLD.list AND items = 0;
END;

-- How many jobs there are.
CREATE TABLE job_counts (
  tenant TEXT NOT NULL,
  -- Job.State
  state INTEGER NOT NULL,
  jobs INTEGER NOT NULL CHECK (jobs >= 0),
  PRIMARY KEY (tenant, state)
) WITHOUT ROWID;
INSERT INTO job_counts
  SELECT tenant, state, COUNT(*) FROM jobs GROUP BY tenant, state;
CREATE TRIGGER jobs_insert AFTER INSERT ON jobs BEGIN
  INSERT INTO job_counts VALUES (NEW.tenant, NEW.state, 1)
    ON CONFLICT (tenant, state) DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER jobs_update AFTER UPDATE OF state ON jobs
WHEN OLD.state <> NEW.state BEGIN
  UPDATE job_counts SET jobs = jobs - 1
    WHERE tenant = OLD.tenant AND state = OLD.state;
  INSERT INTO job_counts VALUES (NEW.tenant, NEW.state, 1)
    ON CONFLICT (tenant, state) DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER jobs_delete AFTER DELETE ON jobs BEGIN
  UPDATE job_counts SET jobs = jobs - 1
    WHERE tenant = OLD.tenant AND state = OLD.state;
END;

-- Lists of jobs, by creation and by end.
DROP INDEX jobs_by_state;
CREATE INDEX jobs_by_creation ON jobs (tenant, create_time, number);
CREATE INDEX jobs_by_state ON jobs (tenant, state, create_time, number);
CREATE INDEX jobs_by_end ON jobs (tenant, end_time, number)
  WHERE end_time IS NOT NULL;

-- What jobs can be found by beside their state.
CREATE TABLE job_marks (
  tenant TEXT NOT NULL,
  -- 1 a label, 2 the base model, 3 a dataset
  kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
  -- Of a label; else empty.
  key TEXT NOT NULL,
  -- Of a label; else the resource's name.
  value TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
  PRIMARY KEY (tenant, kind, key, value, create_time, job)
) WITHOUT ROWID;
CREATE INDEX job_marks_by_job ON job_marks (job);
)sql";

}  // namespace tunesmith::server
