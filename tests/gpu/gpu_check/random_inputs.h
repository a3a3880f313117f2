#ifndef TUNESMITH_TESTS_GPU_GPU_CHECK_RANDOM_INPUTS_H_
#define TUNESMITH_TESTS_GPU_GPU_CHECK_RANDOM_INPUTS_H_

#include "absl/status/statusor.h"
#include "tests/gpu/gpu_check/plan.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// Texts or pictures, whatever the plan's model takes, that follow from the
// plan's seed. The label shows in each: in a text's first token, in a picture's
// brightness. Errors of DescribeModel.
absl::StatusOr<TrainingInputs> RandomInputs(const Plan& plan);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_GPU_GPU_CHECK_RANDOM_INPUTS_H_
