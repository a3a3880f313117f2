#ifndef TUNESMITH_WORKER_TRAINER_ISOLATION_H_
#define TUNESMITH_WORKER_TRAINER_ISOLATION_H_

#include <sys/types.h>

#include "absl/status/status.h"

namespace tunesmith::worker {

// Makes this process end with its parent, gain no privileges and leave no core
// file. To be called first thing, before there is another thread.
//
// `parent`: the process that should have started this one, 0 for any. ABORTED
// when it is gone already: the signal of its end then never comes.
absl::Status IsolateProcess(pid_t parent);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_ISOLATION_H_
