#ifndef TUNESMITH_SERVER_WORKERS_JOB_SUBJECT_H_
#define TUNESMITH_SERVER_WORKERS_JOB_SUBJECT_H_

#include <optional>

#include "proto/contract/resource_name.h"
#include "server/events/event_log.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {

// The job that an item is for; empty when it is for something else.
inline std::optional<JobKey> JobOf(const WorkRow& row) {
  if (!ParseResourceName(ResourceKind::kJob, row.subject).ok()) {
    return std::nullopt;
  }
  return JobKey{row.tenant, row.subject_uid};
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_JOB_SUBJECT_H_
