#ifndef TUNESMITH_SERVER_JOBS_CHECKPOINT_RETENTION_H_
#define TUNESMITH_SERVER_JOBS_CHECKPOINT_RETENTION_H_

#include <cstdint>
#include <span>
#include <vector>

#include "tunesmith/v1/checkpoint.pb.h"

namespace tunesmith::server {

// Steps of the checkpoints that go: `checkpoints` are a job's, newest first;
// the newest `keep_latest` stay, and the newest of those that were the best.
std::vector<int64_t> ExpiredCheckpoints(
    std::span<const v1::Checkpoint> checkpoints, int keep_latest);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_CHECKPOINT_RETENTION_H_
