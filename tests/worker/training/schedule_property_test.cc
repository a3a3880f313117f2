// What holds of every schedule of every run.
#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "worker/data/batching.h"
#include "worker/training/schedule.h"

namespace tunesmith::worker {
namespace {

constexpr unsigned kCases = 400;

double Uniform(std::mt19937& random) {
  return static_cast<double>(random()) / 4294967296.0;
}

// A random run.
struct Case {
  explicit Case(unsigned seed) {
    std::mt19937 random(seed);
    examples = 1 + random() % 2000;
    options.batch_size = 1 + static_cast<int>(random() % 100);
    if (random() % 2 == 0) {
      options.epochs = 0.01 + 5 * Uniform(random);
    } else {
      options.max_steps = 1 + random() % 500;
    }
    options.schedule.kind = static_cast<ScheduleKind>(random() % 4);
    options.schedule.warmup_fraction =
        random() % 4 == 0 ? static_cast<double>(random() % 2) : Uniform(random);
    options.schedule.initial_divisor = 1 + 50 * Uniform(random);
    options.schedule.final_divisor = 1 + 1e5 * Uniform(random);
    length = PlanRunLength(examples, options);
  }

  double At(int64_t step) const {
    return LearningRateFactor(options.schedule, step, length);
  }
  bool OneCycle() const {
    return options.schedule.kind == ScheduleKind::kOneCycle;
  }

  int64_t examples = 0;
  TrainingOptions options;
  RunLength length;
};

class SchedulePropertyTest : public ::testing::Test {
 protected:
  template <typename Check>
  void ForEachCase(const Check& check) {
    for (unsigned seed = 0; seed < kCases && !HasFailure(); ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      check(Case(seed));
    }
  }
};

TEST_F(SchedulePropertyTest, FactorsLieBetweenZeroAndOne) {
  ForEachCase([](const Case& one) {
    for (int64_t step = 0; step < one.length.total_steps; ++step) {
      ASSERT_GT(one.At(step), 0) << step;
      ASSERT_LE(one.At(step), 1) << step;
    }
  });
}

TEST_F(SchedulePropertyTest, WarmUpOnlyRisesAndAllAfterItOnlyFalls) {
  ForEachCase([](const Case& one) {
    int64_t warmup = one.length.warmup_steps;
    // The last step of its warm-up is the peak of a one-cycle schedule.
    int64_t peak = one.OneCycle() ? std::max<int64_t>(0, warmup - 1) : warmup;
    for (int64_t step = 1; step < one.length.total_steps; ++step) {
      if (step <= peak) {
        ASSERT_GE(one.At(step), one.At(step - 1)) << step;
      } else {
        ASSERT_LE(one.At(step), one.At(step - 1)) << step;
      }
    }
    if (peak < one.length.total_steps) {
      ASSERT_DOUBLE_EQ(one.At(peak), 1);
    }
  });
}

TEST_F(SchedulePropertyTest, OneCycleBeginsAndEndsAtItsDivisors) {
  int seen = 0;
  ForEachCase([&seen](const Case& one) {
    const RunLength& length = one.length;
    if (!one.OneCycle()) return;
    double first = 1 / one.options.schedule.initial_divisor;
    if (length.warmup_steps > 1) {
      ASSERT_NEAR(one.At(0), first, 1e-12);
    }
    if (length.total_steps - 1 > length.warmup_steps - 1 &&
        length.total_steps > 1) {
      ASSERT_NEAR(one.At(length.total_steps - 1),
                  first / one.options.schedule.final_divisor, 1e-12);
      ++seen;
    }
  });
  EXPECT_GT(seen, 50);
}

// Whoever goes on at a step asks for no step before it.
TEST_F(SchedulePropertyTest, AStepsFactorDoesNotDependOnWhatWasAskedBefore) {
  ForEachCase([](const Case& one) {
    std::vector<double> running;
    for (int64_t step = 0; step < one.length.total_steps; ++step) {
      running.push_back(one.At(step));
    }
    Case resumed = one;
    resumed.length = PlanRunLength(resumed.examples, resumed.options);
    int64_t from = one.length.total_steps / 2;
    for (int64_t step = from; step < one.length.total_steps; ++step) {
      ASSERT_EQ(resumed.At(step), running[static_cast<size_t>(step)]);
    }
  });
}

TEST_F(SchedulePropertyTest, AnEpochHasAsManyStepsAsBatches) {
  ForEachCase([](const Case& one) {
    std::vector<int32_t> lengths(static_cast<size_t>(one.examples), 7);
    for (BatchOrder order : {BatchOrder::kLengthGrouped, BatchOrder::kShuffled,
                             BatchOrder::kSequential}) {
      ASSERT_EQ(
          static_cast<int64_t>(
              PlanEpoch(lengths, one.options.batch_size, order, 1, 0).size()),
          one.length.steps_per_epoch);
    }
    ASSERT_GE(one.length.total_steps, 1);
    ASSERT_LE(one.length.warmup_steps, one.length.total_steps);
  });
}

}  // namespace
}  // namespace tunesmith::worker
