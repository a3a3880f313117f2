#include "server/jobs/microbatch.h"

namespace tunesmith::server {

v1::Execution SplitMicrobatch(v1::Execution execution, int64_t step,
                              bool from_evaluation) {
  auto& halved = *execution.mutable_microbatches();
  while (!halved.empty() && halved.rbegin()->from_step() >= step) {
    halved.RemoveLast();
  }
  v1::Execution::Microbatch& row = *halved.Add();
  row.set_from_step(step);
  row.set_from_evaluation(from_evaluation);
  row.set_rows((execution.microbatch() + 1) / 2);
  execution.set_microbatch(row.rows());
  return execution;
}

}  // namespace tunesmith::server
