#ifndef TUNESMITH_TESTS_WORKER_TRAINING_ATTEMPT_H_
#define TUNESMITH_TESTS_WORKER_TRAINING_ATTEMPT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/training/fake_run.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// One attempt at a run.
struct Attempt {
  absl::StatusOr<TrainingResult> result = absl::UnknownError("not run");
  RecordingObserver observer;
  ScratchDirectory output;
  ScratchDirectory files;
  FakeCheckpointStore checkpoints{files.path()};
  TickingClock clock;
};

struct Plan {
  TrainingInputs inputs = TinyInputs();
  TrainingOptions options = TinyOptions();
};

// Runs until the observer was asked `stop_after` times whether to stop, from
// the checkpoint in `resume` where it is not empty.
std::unique_ptr<Attempt> Begin(const Plan& plan, const std::string& resume = "",
                               int64_t stop_after = 1'000'000);
std::unique_ptr<Attempt> BeginFork(const Plan& plan,
                                   const std::string& checkpoint);

// The weights file of the result.
std::string Weights(const Attempt& attempt);

std::string LastCheckpoint(const Attempt& attempt);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_TRAINING_ATTEMPT_H_
