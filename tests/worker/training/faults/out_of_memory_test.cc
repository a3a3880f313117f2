// Allocations fail. A step is split and done again, a checkpoint is left out;
// nothing else changes.
#include <atomic>
#include <cmath>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/training/fake_run.h"
#include "tests/worker/training/faults/failing_allocator.h"
#include "worker/training/train.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Attempt {
  absl::StatusOr<TrainingResult> result = absl::UnknownError("not run");
  RecordingObserver observer;
  ScratchDirectory output;
  ScratchDirectory files;
  FakeCheckpointStore checkpoints{files.path()};
  TickingClock clock;

  void Train(const TrainingInputs& inputs, const TrainingOptions& options,
             const std::string& resume = "") {
    result = worker::Train(inputs, options,
                           {.output_directory = output.path(),
                            .resume_directory = resume,
                            .checkpoints = &checkpoints},
                           observer, clock);
  }
  // Empty where there is none.
  std::string LastCheckpoint() const {
    if (observer.checkpoints.empty()) return "";
    return checkpoints.PathOf(observer.checkpoints.back().step);
  }
  std::string Weights() const {
    return ReadBytes(output.File("model.safetensors"));
  }
  double Loss(int64_t step) const {
    return observer.metrics.at({DataSplit::kTraining, "loss", step});
  }
};

class OutOfMemoryTest : public ::testing::Test {
 protected:
  OutOfMemoryTest() {
    options_.evaluate_baseline = false;
    options_.dropout = 0;
    options_.class_weights = {1, 2, 0.5};
    options_.label_smoothing = 0.1;
    inputs_.validation.clear();
    inputs_.test.clear();
    options_.keep_best = false;
    for (Example& example : inputs_.training) example.token_ids.resize(9, 3);
  }

  // Trains while tensors above `bytes` do not fit.
  std::unique_ptr<Attempt> TrainWithin(size_t bytes) {
    auto run = std::make_unique<Attempt>();
    FailingAllocator allocator(
        [bytes](size_t wanted) { return wanted > bytes; });
    run->Train(inputs_, options_);
    return run;
  }

  // The largest tensor of an undisturbed run.
  size_t LargestTensor() {
    size_t largest = 0;
    Attempt run;
    FailingAllocator allocator([&](size_t wanted) {
      largest = std::max(largest, wanted);
      return false;
    });
    run.Train(inputs_, options_);
    EXPECT_TRUE(run.result.ok()) << run.result.status();
    return largest;
  }

  TrainingInputs inputs_ = TinyInputs();
  TrainingOptions options_ = TinyOptions();
};

TEST_F(OutOfMemoryTest, SplitsTheStepTellsAndLearnsTheSame) {
  Attempt whole;
  whole.Train(inputs_, options_);
  // Activations of eight rows are the largest tensors of this network only if
  // its weights are small: check that.
  size_t largest = LargestTensor();
  auto split = TrainWithin(largest / 2 + largest / 8);
  ASSERT_TRUE(split->result.ok()) << split->result.status();
  EXPECT_THAT(split->observer.microbatches,
              ElementsAre(Microbatch{.from_step = 0, .rows = 4}));
  EXPECT_EQ(split->result->steps, whole.result->steps);
  EXPECT_EQ(split->observer.conflicts, 0);
  for (int64_t step = 1; step <= whole.result->steps; ++step) {
    EXPECT_NEAR(split->Loss(step), whole.Loss(step),
                2e-4 * std::abs(whole.Loss(step)));
    std::tuple key(DataSplit::kTraining, "learning_rate", step);
    EXPECT_EQ(split->observer.metrics.at(key), whole.observer.metrics.at(key));
  }
}

TEST_F(OutOfMemoryTest, FollowsThePlanThatWasFoundOutBefore) {
  auto found_out = TrainWithin(LargestTensor() / 2 + 1024);
  ASSERT_TRUE(found_out->result.ok()) << found_out->result.status();
  options_.microbatches = found_out->observer.microbatches;
  Attempt planned;
  planned.Train(inputs_, options_);
  EXPECT_THAT(planned.observer.microbatches, IsEmpty());
  EXPECT_EQ(planned.Weights(), found_out->Weights());
}

TEST_F(OutOfMemoryTest, EveryAllocationOfAStepMayFailOnce) {
  // Allocations up to the end of the second step; the network is there before
  // the first.
  std::vector<int64_t> at_step;
  int64_t count = 0;
  options_.epochs = std::nullopt;
  options_.max_steps = 3;
  {
    Attempt run;
    FailingAllocator allocator([&](size_t) {
      at_step.push_back(run.observer.asked);
      return false;
    });
    run.Train(inputs_, options_);
  }
  int64_t splits = 0, ended = 0;
  for (size_t n = 0; n < at_step.size(); n += 3) {
    // Once per step it is asked whether to stop.
    if (at_step[n] != 2) continue;
    SCOPED_TRACE(n);
    count = 0;
    Attempt run;
    {
      FailingAllocator allocator(
          [&](size_t) { return count++ == static_cast<int64_t>(n); });
      run.Train(inputs_, options_);
    }
    if (!run.result.ok()) {
      // What brings the figures of the step to the host.
      EXPECT_EQ(ReasonOf(run.result.status()), "OUT_OF_MEMORY");
      ++ended;
      continue;
    }
    ++splits;
    ASSERT_THAT(run.observer.microbatches,
                ElementsAre(Microbatch{.from_step = 1, .rows = 4}));
    options_.microbatches = run.observer.microbatches;
    Attempt planned;
    planned.Train(inputs_, options_);
    options_.microbatches.clear();
    ASSERT_EQ(planned.Weights(), run.Weights());
  }
  EXPECT_GT(splits, 20);
  EXPECT_LE(ended, 1);
}

TEST_F(OutOfMemoryTest, AnEvaluationIsSplitToo) {
  inputs_ = TinyInputs();
  options_.evaluate_baseline = true;
  Attempt whole;
  whole.Train(inputs_, options_);
  // Fails in the first evaluation: nothing but loading comes before.
  Attempt split;
  {
    bool failed = false;
    FailingAllocator allocator([&](size_t) {
      bool evaluates = split.observer.asked > 0;
      return evaluates && !std::exchange(failed, true);
    });
    split.Train(inputs_, options_);
  }
  ASSERT_TRUE(split.result.ok()) << split.result.status();
  EXPECT_THAT(split.observer.microbatches,
              ElementsAre(Microbatch{
                  .from_step = 0, .rows = 4, .from_evaluation = true}));
  EXPECT_EQ(split.result->evaluations.size(), whole.result->evaluations.size());
  EXPECT_EQ(split.result->evaluations[0].confusion_matrix,
            whole.result->evaluations[0].confusion_matrix);
}

// In loading, in a step, in the optimizer, in an evaluation, in a checkpoint,
// in the result: the run ends as one that knew before how its steps are split,
// at the latest when it goes on from its last checkpoint.
TEST_F(OutOfMemoryTest, AnyAllocationOfARunMayFailOnce) {
  inputs_ = TinyInputs();
  options_ = TinyOptions();
  options_.epochs = std::nullopt;
  options_.max_steps = 5;
  options_.checkpoints.period_steps = 2;
  std::atomic<int64_t> count = 0;
  {
    Attempt run;
    FailingAllocator allocator([&](size_t) {
      ++count;
      return false;
    });
    run.Train(inputs_, options_);
    ASSERT_TRUE(run.result.ok()) << run.result.status();
  }
  // A prime number of runs, to meet all kinds of places.
  const int64_t stride = count / 97;
  ASSERT_GT(stride, 0);
  int64_t ended = 0, split = 0;
  for (int64_t n = 0; n < count; n += stride) {
    SCOPED_TRACE(n);
    Attempt run;
    {
      std::atomic<int64_t> seen = 0;
      FailingAllocator allocator([&](size_t) { return seen++ == n; });
      run.Train(inputs_, options_);
    }
    TrainingOptions planned = options_;
    planned.microbatches = run.observer.microbatches;
    split += !planned.microbatches.empty();
    if (!run.result.ok()) {
      ++ended;
      ASSERT_EQ(ReasonOf(run.result.status()), "OUT_OF_MEMORY");
      run.Train(inputs_, planned, run.LastCheckpoint());
      ASSERT_TRUE(run.result.ok()) << run.result.status();
    }
    Attempt undisturbed;
    undisturbed.Train(inputs_, planned);
    ASSERT_EQ(run.Weights(), undisturbed.Weights());
    ASSERT_EQ(run.observer.conflicts, 0);
  }
  EXPECT_GT(ended, 0);
  EXPECT_GT(split, 0);
}

TEST_F(OutOfMemoryTest, ACheckpointWhoseCopiesDoNotFitIsLeftOut) {
  const size_t largest = LargestTensor();
  options_.checkpoints.period_steps = 2;
  Attempt whole;
  whole.Train(inputs_, options_);
  ASSERT_FALSE(whole.observer.checkpoints.empty());
  auto run = TrainWithin(largest);
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  EXPECT_THAT(run->observer.checkpoints, IsEmpty());
  EXPECT_EQ(run->observer.failures.size(), whole.observer.checkpoints.size());
  EXPECT_EQ(run->Weights(), whole.Weights());
}

TEST_F(OutOfMemoryTest, OneRowThatDoesNotFitEndsTheRun) {
  auto run = TrainWithin(2000);
  EXPECT_EQ(ReasonOf(run->result.status()), "OUT_OF_MEMORY");
}

}  // namespace
}  // namespace tunesmith::worker
