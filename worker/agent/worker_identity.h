#ifndef TUNESMITH_WORKER_AGENT_WORKER_IDENTITY_H_
#define TUNESMITH_WORKER_AGENT_WORKER_IDENTITY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "proto/contract/base/clock.h"
#include "worker/agent/process/file_descriptor.h"

namespace tunesmith::worker {

// Who a worker is over its starts, in a directory of its own: a random
// `instance_id` that stays, and a `boot_id` that grows with every start,
// whatever the wall clock does. One process at a time has the directory.
class WorkerIdentity {
 public:
  // Makes the directory where there is none. FAILED_PRECONDITION when another
  // process has it; errors of files otherwise.
  static absl::StatusOr<std::unique_ptr<WorkerIdentity>> Open(
      const std::string& directory, Clock& clock);

  const std::string& instance_id() const { return instance_id_; }
  int64_t boot_id() const { return boot_id_; }

 private:
  WorkerIdentity() = default;

  std::string instance_id_;
  int64_t boot_id_ = 0;
  // Locked while this object lives.
  FileDescriptor lock_;
};

// The directory of a worker without one of its own: under `workers/` beside the
// artifact root, which may be a volume that machines share, so that its name
// tells the machine as well.
std::string DefaultStateDirectory(const std::string& artifact_root,
                                  const std::string& worker_id);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_WORKER_IDENTITY_H_
