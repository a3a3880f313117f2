#ifndef TUNESMITH_SERVER_JOBS_MICROBATCH_H_
#define TUNESMITH_SERVER_JOBS_MICROBATCH_H_

#include <cstdint>

#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {

// `execution` with half as many rows at once, rounded up, from the step after
// `step` steps on, or from the evaluation before it on. It has two rows at
// least.
v1::Execution SplitMicrobatch(v1::Execution execution, int64_t step,
                              bool from_evaluation);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_MICROBATCH_H_
