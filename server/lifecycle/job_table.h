#ifndef TUNESMITH_SERVER_LIFECYCLE_JOB_TABLE_H_
#define TUNESMITH_SERVER_LIFECYCLE_JOB_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/events/event_log.h"
#include "server/store/store.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {

// A job as it is stored. `job.wait` and `job.progress` are never set: they are
// found out when somebody asks.
struct JobRow {
  // Place in the order of creation; the page cursor.
  int64_t number = 0;
  v1::Job job;

  JobKey key() const { return {job.tenant(), job.uid()}; }
};

// Jobs' SQL. Stateless. Names here are ids: the last part of the name.
class JobTable {
 public:
  // `job` has name, uid, tenant, state and create_time; gets its etag.
  // `input_uids`: the models and datasets that it reads. ALREADY_EXISTS
  // (RESOURCE_EXISTS).
  static absl::Status Insert(Transaction& tx, v1::Job& job,
                             const std::vector<std::string>& input_uids);
  // Replaces the record; gives `job` a new etag.
  static absl::Status Update(Transaction& tx, v1::Job& job);
  // Replaces the record where it differs from that of `before`, and gives `job`
  // a new etag then; whether it did.
  static absl::StatusOr<bool> UpdateIfChanged(Transaction& tx,
                                              const v1::Job& before,
                                              v1::Job& job);
  // With events, metrics and the inputs' marks.
  static absl::Status Remove(Transaction& tx, const JobKey& job);

  // NOT_FOUND (RESOURCE_NOT_FOUND).
  static absl::StatusOr<JobRow> Get(Connection& db, const std::string& tenant,
                                    const std::string& id);
  static absl::StatusOr<std::optional<JobRow>> FindByUid(Connection& db,
                                                         const JobKey& job);
  // The one that is known to have this number.
  static absl::StatusOr<JobRow> Load(Connection& db, int64_t number);
  // After `job.labels` changed: what finds it by them.
  static absl::Status UpdateLabels(Transaction& tx, const JobRow& job);

  // Those that have checkpoints, over all tenants, in the order of creation.
  static absl::StatusOr<std::vector<JobRow>> ListWithCheckpoints(
      Connection& db);

  // Uids of the models and datasets that a job reads, in order.
  static absl::StatusOr<std::vector<std::string>> InputUids(Connection& db,
                                                            const JobKey& job);
  // Jobs in VALIDATING that read the resource.
  static absl::StatusOr<std::vector<JobRow>> ListWaitingFor(
      Connection& db, const std::string& tenant,
      const std::string& resource_uid);
  // Id of a job that has not ended and reads the resource.
  static absl::StatusOr<std::optional<std::string>> FindLiveUser(
      Connection& db, const std::string& tenant,
      const std::string& resource_uid);
  // By state, over all tenants; states without a job are left out.
  static absl::StatusOr<std::vector<std::pair<v1::Job::State, int64_t>>>
  CountByState(Connection& db);
  // Those that have not ended; of one tenant, or of all where it is empty.
  static absl::StatusOr<int64_t> CountLive(Connection& db,
                                           const std::string& tenant);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_JOB_TABLE_H_
