#ifndef TUNESMITH_WORKER_TRAINING_RESULT_CHECK_H_
#define TUNESMITH_WORKER_TRAINING_RESULT_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/training/options.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// A result and what it is compared with.
struct ResultToCheck {
  // What Train wrote.
  std::string directory;
  // What Train was given, and what it said.
  const TrainingInputs& inputs;
  const TrainingOptions& options;
  const ResultProbe& probe;
  // The samples of `probe`, in its order, made anew from their raw rows by the
  // files in `directory`; pictures are where they were, and are decoded here as
  // these files say.
  std::vector<Example> samples;
};

// Loads the result as a stranger would, and compares labels, tokens or pixels,
// and what the network gives, with those of the network that was trained and
// measured. INTERNAL with reason RESULT_DIFFERS and what it is that differs;
// errors of LoadNetwork and CatchTorchErrors.
absl::Status CheckResult(const ResultToCheck& result);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_RESULT_CHECK_H_
