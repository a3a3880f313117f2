#include "tests/worker/training/attempt.h"

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

std::unique_ptr<Attempt> RunFrom(const Plan& plan, const std::string& resume,
                                 bool is_fork, int64_t stop_after) {
  auto attempt = std::make_unique<Attempt>();
  attempt->observer.stop_after = stop_after;
  attempt->observer.stop = StopRequest::kCheckpoint;
  attempt->result = Train(plan.inputs, plan.options,
                          {.output_directory = attempt->output.path(),
                           .resume_directory = resume,
                           .is_fork = is_fork,
                           .checkpoints = &attempt->checkpoints},
                          attempt->observer, attempt->clock);
  EXPECT_TRUE(attempt->result.ok()) << attempt->result.status();
  return attempt;
}

}  // namespace

std::unique_ptr<Attempt> Begin(const Plan& plan, const std::string& resume,
                               int64_t stop_after) {
  return RunFrom(plan, resume, /*is_fork=*/false, stop_after);
}

std::unique_ptr<Attempt> BeginFork(const Plan& plan,
                                   const std::string& checkpoint) {
  return RunFrom(plan, checkpoint, /*is_fork=*/true, 1'000'000);
}

std::string Weights(const Attempt& attempt) {
  return ReadBytes(attempt.output.File("model.safetensors"));
}

std::string LastCheckpoint(const Attempt& attempt) {
  return attempt.checkpoints.PathOf(attempt.observer.checkpoints.back().step);
}

}  // namespace tunesmith::worker
