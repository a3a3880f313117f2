#include "worker/training/energy.h"

#include <optional>

#include "gtest/gtest.h"
#include "tests/worker/training/attempt.h"

namespace tunesmith::worker {
namespace {

TEST(EnergyTest, AddsWhatWasUsedSinceTheLastTime) {
  double meter = 1000;
  Energy energy([&meter] { return std::optional<double>(meter); });
  std::optional<double> joules = 5;
  meter = 1010;
  energy.AddTo(joules);
  EXPECT_EQ(joules, 15);
  meter = 1011;
  energy.AddTo(joules);
  EXPECT_EQ(joules, 16);
}

TEST(EnergyTest, IsNotKnownWhereAPartIsNot) {
  std::optional<double> reading = 3;
  Energy energy([&reading] { return reading; });
  std::optional<double> joules = 0;
  reading.reset();
  energy.AddTo(joules);
  EXPECT_EQ(joules, std::nullopt);
  reading = 9;
  energy.AddTo(joules);
  EXPECT_EQ(joules, std::nullopt);
  joules = 0;
  Energy({}).AddTo(joules);
  EXPECT_EQ(joules, std::nullopt);
}

// Each look costs a joule: as many as a run that was not stopped has, and those
// of the stop itself.
TEST(EnergyTest, ARunThatGoesOnCountsAllOfItsAttempts) {
  Plan plan;
  double meter = 0;
  auto read = [&meter] { return std::optional<double>(++meter); };
  auto first = std::make_unique<Attempt>();
  first->observer.stop_after = 9;
  first->observer.stop = StopRequest::kCheckpoint;
  first->result = Train(plan.inputs, plan.options,
                        {.output_directory = first->output.path(),
                         .checkpoints = &first->checkpoints,
                         .energy_meter = read},
                        first->observer, first->clock);
  ASSERT_TRUE(first->result.ok()) << first->result.status();
  ASSERT_FALSE(first->result->finished);
  const double used_first = *first->result->energy_joules;
  EXPECT_GT(used_first, 0);

  Attempt second;
  second.result = Train(plan.inputs, plan.options,
                        {.output_directory = second.output.path(),
                         .resume_directory = LastCheckpoint(*first),
                         .checkpoints = &second.checkpoints,
                         .energy_meter = read},
                        second.observer, second.clock);
  ASSERT_TRUE(second.result.ok()) << second.result.status();
  EXPECT_GT(second.result->energy_joules, used_first - 1);
}

TEST(EnergyTest, ADeviceWithoutAMeterHasNoFigure) {
  auto run = Begin(Plan());
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  EXPECT_EQ(run->result->energy_joules, std::nullopt);
}

}  // namespace
}  // namespace tunesmith::worker
