#ifndef TUNESMITH_WORKER_TRAINING_FINITE_CHECK_H_
#define TUNESMITH_WORKER_TRAINING_FINITE_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "torch/nn/module.h"
#include "worker/training/train.h"

// Whether a network gives numbers: one whose outputs are infinite or not a
// number can neither learn nor be used. Errors have reason NUMERICAL_FAILURE
// and say which tensor or which rows are to blame.

namespace tunesmith::worker {

// Of a network that has not learned yet, what it was measured to give.
// INVALID_ARGUMENT: no other learning rate would help.
absl::Status CheckBaseline(const EvaluationFigures& figures,
                           const torch::nn::Module& network);

// The same where nothing was measured: the loss of the first batch, whose rows
// are `rows`, is not finite.
absl::Status FirstBatchError(const std::vector<int64_t>& rows,
                             const torch::nn::Module& network);

// None of the steps up to `steps` changed the network; `rows` are those of the
// last one's batch. INVALID_ARGUMENT, as above.
absl::Status NothingLearned(int64_t steps, const std::vector<int64_t>& rows);

// Of a model that is measured as it is. INVALID_ARGUMENT, as above.
absl::Status CheckMeasured(const EvaluationFigures& figures,
                           const torch::nn::Module& network);

// Of a network that is to be the result: parameters and buffers. ABORTED.
absl::Status CheckTrained(const torch::nn::Module& network);
// And what it was measured to give. ABORTED.
absl::Status CheckTrained(const EvaluationFigures& figures);

// "1, 2, 3, ..."
std::string RowList(const std::vector<int64_t>& rows);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_FINITE_CHECK_H_
