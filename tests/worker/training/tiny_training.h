#ifndef TUNESMITH_TESTS_WORKER_TRAINING_TINY_TRAINING_H_
#define TUNESMITH_TESTS_WORKER_TRAINING_TINY_TRAINING_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/training/fake_run.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// A training of the tiny model, and what it said and left.
struct Run {
  absl::StatusOr<TrainingResult> result = absl::UnknownError("not run");
  RecordingObserver observer;
  ScratchDirectory output;
  TickingClock clock;
};

// `stop_after`: questions whether to stop that are answered with no.
inline std::unique_ptr<Run> TrainTiny(
    const TrainingOptions& options, const TrainingInputs& inputs = TinyInputs(),
    int64_t stop_after = 1'000'000) {
  auto run = std::make_unique<Run>();
  run->observer.stop_after = stop_after;
  run->result = Train(inputs, options, {.output_directory = run->output.path()},
                      run->observer, run->clock);
  return run;
}

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_TRAINING_TINY_TRAINING_H_
