// A run that is stopped anywhere and goes on from a checkpoint ends as the one
// that was never stopped: same weights, same figures, same history.
#include <filesystem>
#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/worker/training/attempt.h"
#include "tests/worker/training/picture_run.h"
#include "worker/training/train.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void ExpectSameFigures(const EvaluationFigures& a, const EvaluationFigures& b) {
  EXPECT_EQ(a.phase, b.phase);
  EXPECT_EQ(a.split, b.split);
  EXPECT_EQ(a.step, b.step);
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_EQ(a.accuracy, b.accuracy);
  EXPECT_EQ(a.confusion_matrix, b.confusion_matrix);
  EXPECT_EQ(a.mistakes, b.mistakes);
}

void ExpectSameCurve(const std::vector<TrainingPoint>& a,
                     const std::vector<TrainingPoint>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].step, b[i].step);
    EXPECT_EQ(a[i].steps, b[i].steps);
    EXPECT_EQ(a[i].loss, b[i].loss);
    EXPECT_EQ(a[i].learning_rate, b[i].learning_rate);
  }
}

void ExpectSameResult(const Attempt& whole, const Attempt& resumed) {
  EXPECT_TRUE(resumed.result->finished);
  EXPECT_EQ(Weights(resumed), Weights(whole));
  EXPECT_EQ(resumed.result->steps, whole.result->steps);
  EXPECT_EQ(resumed.result->best_step, whole.result->best_step);
  EXPECT_EQ(resumed.result->early_stop.has_value(),
            whole.result->early_stop.has_value());
  EXPECT_EQ(resumed.result->training_examples, whole.result->training_examples);
  const auto& expected = whole.result->evaluations;
  ASSERT_EQ(resumed.result->evaluations.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    ExpectSameFigures(resumed.result->evaluations[i], expected[i]);
  }
  ExpectSameCurve(resumed.result->curve, whole.result->curve);
  // Whatever it reported, the undisturbed run reported too.
  for (const auto& [key, value] : resumed.observer.metrics) {
    EXPECT_EQ(whole.observer.metrics.at(key), value) << std::get<1>(key);
  }
}

// Every way in which a run's state can matter.
Plan WithEarlyStopping() {
  Plan plan;
  plan.options.epochs = 6;
  plan.options.learning_rate = 2e-2;
  plan.options.early_stopping = EarlyStopping{.patience = 1, .min_delta = 0};
  return plan;
}

Plan WithLastWeights() {
  Plan plan;
  plan.options.keep_best = false;
  plan.options.schedule.kind = ScheduleKind::kCosine;
  plan.options.label_smoothing = 0.1;
  plan.options.class_weights = {1, 2, 0.5};
  return plan;
}

Plan WithoutEvaluation() {
  Plan plan;
  plan.inputs.validation.clear();
  plan.inputs.test.clear();
  plan.options.keep_best = false;
  plan.options.order = BatchOrder::kShuffled;
  return plan;
}

Plan WithFrozenLayers() {
  Plan plan;
  plan.options.epochs = std::nullopt;
  plan.options.max_steps = 9;
  plan.options.parameters =
      PlanFreezing({"bert.embeddings", "bert.encoder.layer.0"});
  return plan;
}

// A stage more in every epoch, each layer at its own rate.
Plan WithGradualUnfreezing() {
  Plan plan;
  plan.options.epochs = 3;
  plan.options.schedule = {.kind = ScheduleKind::kOneCycle,
                           .warmup_fraction = 0.3};
  plan.options.parameters = PlanUnfreezing({{"bert.encoder.layer.1", 1},
                                            {"bert.encoder.layer.0", 2},
                                            {"bert.embeddings", 3}});
  return plan;
}

// Some steps are skipped; then the learning rate is cut.
Plan WithSkippedSteps() {
  Plan plan;
  plan.options.epochs = 3;
  plan.options.learning_rate_cut =
      LearningRateCut{.from_step = 8, .factor = 0.5};
  SpoilFirstBatch(plan.inputs, plan.options);
  return plan;
}

// The best weights are an early epoch's.
Plan WithADecline() {
  Plan plan;
  plan.options.epochs = 4;
  plan.options.learning_rate = 5e-2;
  plan.options.schedule.kind = ScheduleKind::kConstant;
  return plan;
}

Plan WithPictures() {
  PicturePlan plan = PictureRun();
  Vary(plan.options);
  return plan;
}

// Features for an epoch, then the whole network, with mixed pictures.
Plan WithThePicturesHeadFirst() {
  PicturePlan plan = PictureRun();
  Vary(plan.options);
  plan.options.pictures->mix = Mixup{.alpha = 0.4};
  plan.options.epochs = 3;
  for (ParameterPlan& parameter : plan.options.parameters) {
    if (!parameter.name.starts_with("classifier.")) {
      parameter.trains_from_epoch = 1;
    }
  }
  return plan;
}

Plan WithFeaturesOfViews() {
  PicturePlan plan = PictureRun();
  Vary(plan.options);
  plan.options.epochs = 3;
  plan.options.features.views = 2;
  plan.options.parameters = PlanFreezingPictures({"resnet."});
  return plan;
}

struct NamedPlan {
  const char* name;
  Plan (*make)();
};

void PrintTo(const NamedPlan& plan, std::ostream* out) { *out << plan.name; }

class ResumeTest : public ::testing::TestWithParam<NamedPlan> {
 protected:
  const Plan plan_ = GetParam().make();
};

TEST_P(ResumeTest, StoppedAnywhere) {
  auto whole = Begin(plan_);
  int64_t stops = whole->observer.asked;
  ASSERT_GT(stops, 5);
  for (int64_t n = 0; n < stops; ++n) {
    SCOPED_TRACE(n);
    auto stopped = Begin(plan_, "", n);
    ASSERT_FALSE(stopped->result->finished);
    EXPECT_FALSE(fs::exists(stopped->output.File("model.safetensors")));
    auto resumed = Begin(plan_, LastCheckpoint(*stopped));
    ExpectSameResult(*whole, *resumed);
    // Together they tell what the undisturbed run told.
    auto told = stopped->observer.metrics;
    told.insert(resumed->observer.metrics.begin(),
                resumed->observer.metrics.end());
    EXPECT_EQ(told, whole->observer.metrics);
  }
}

TEST_P(ResumeTest, StoppedAgainAndAgain) {
  auto whole = Begin(plan_);
  // Whoever is stopped that often gets on only with what it has kept.
  Plan plan = plan_;
  ScratchDirectory features;
  plan.options.features.directory = features.path();
  plan.options.features.max_bytes = 1 << 20;
  std::unique_ptr<Attempt> last = Begin(plan, "", 2);
  std::vector<std::unique_ptr<Attempt>> kept;
  for (int i = 0; i < 1000 && !last->result->finished; ++i) {
    auto next = Begin(plan, LastCheckpoint(*last), 4);
    kept.push_back(std::move(last));
    last = std::move(next);
  }
  EXPECT_GT(kept.size(), 2u);
  ExpectSameResult(*whole, *last);
}

TEST_P(ResumeTest, FromEveryCheckpointThatIsTakenOnTheWay) {
  auto whole = Begin(plan_);
  Plan plan = plan_;
  plan.options.checkpoints.period_steps = 2;
  auto watched = Begin(plan);
  ExpectSameResult(*whole, *watched);
  EXPECT_THAT(watched->observer.checkpoints, SizeIs(testing::Ge(3)));
  for (const CheckpointFigures& checkpoint : watched->observer.checkpoints) {
    SCOPED_TRACE(checkpoint.step);
    auto resumed = Begin(plan_, watched->checkpoints.PathOf(checkpoint.step));
    ExpectSameResult(*whole, *resumed);
    for (const auto& [key, value] : resumed->observer.metrics) {
      if (std::get<0>(key) != DataSplit::kTraining) continue;
      EXPECT_GT(std::get<2>(key), checkpoint.step);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Plans, ResumeTest,
    ::testing::Values(NamedPlan{"Plain", [] { return Plan(); }},
                      NamedPlan{"EarlyStopping", &WithEarlyStopping},
                      NamedPlan{"LastWeights", &WithLastWeights},
                      NamedPlan{"NoEvaluation", &WithoutEvaluation},
                      NamedPlan{"FrozenLayers", &WithFrozenLayers},
                      NamedPlan{"GradualUnfreezing", &WithGradualUnfreezing},
                      NamedPlan{"SkippedSteps", &WithSkippedSteps},
                      NamedPlan{"Decline", &WithADecline},
                      NamedPlan{"Pictures", &WithPictures},
                      NamedPlan{"HeadFirst", &WithThePicturesHeadFirst},
                      NamedPlan{"Features", &WithFeaturesOfViews}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(CheckpointTest, SaysThatItIsOfAnotherMachine) {
  Plan plan;
  auto stopped = Begin(plan, "", 8);
  auto same = Begin(plan, LastCheckpoint(*stopped));
  EXPECT_THAT(same->observer.environment_changes, IsEmpty());
  plan.options.threads = 2;
  auto other = Begin(plan, LastCheckpoint(*stopped));
  EXPECT_THAT(other->observer.environment_changes,
              testing::ElementsAre("threads: 1, now 2"));
}

TEST(CheckpointTest, HoldsTheTimeOfTheStepsBeforeIt) {
  Plan plan = WithoutEvaluation();
  plan.options.epochs = 1;
  plan.options.checkpoints.period_steps = 1;
  auto run = Begin(plan);
  EXPECT_THAT(run->observer.checkpoints, SizeIs(testing::Ge(3)));
  double earlier = 0;
  for (const CheckpointFigures& checkpoint : run->observer.checkpoints) {
    auto state = nlohmann::json::parse(
        ReadBytes(run->checkpoints.PathOf(checkpoint.step) + "/state.json"));
    EXPECT_GT(state.at("training_seconds"), earlier) << checkpoint.step;
    earlier = state.at("training_seconds");
  }
}

TEST(CheckpointTest, HoldsAModelDirectoryAsItWasAfterTheStep) {
  Plan plan = WithoutEvaluation();
  plan.options.max_steps = 4;
  plan.options.epochs = std::nullopt;
  plan.options.schedule.kind = ScheduleKind::kConstant;
  plan.options.schedule.warmup_fraction = 0;
  plan.options.checkpoints.period_steps = 2;
  auto longer = Begin(plan);
  ASSERT_THAT(longer->observer.checkpoints, SizeIs(1));
  plan.options.max_steps = 2;
  auto shorter = Begin(plan);
  std::string model = LastCheckpoint(*longer) + "/model";
  for (const char* file : {"config.json", "model.safetensors", "vocab.txt"}) {
    if (!fs::exists(shorter->output.File(file))) continue;
    EXPECT_EQ(ReadBytes(model + "/" + file),
              ReadBytes(shorter->output.File(file)))
        << file;
  }
}

TEST(CheckpointTest, MarksThoseOfTheBestWeights) {
  Plan plan = WithADecline();
  plan.options.checkpoints.period_steps = 1;
  auto run = Begin(plan);
  int64_t best = run->result->best_step;
  for (const CheckpointFigures& checkpoint : run->observer.checkpoints) {
    if (checkpoint.step >= best) {
      EXPECT_EQ(checkpoint.best, checkpoint.step == best) << checkpoint.step;
    }
  }
}

TEST(CheckpointTest, OneThatCannotBeWrittenDoesNotEndTheRun) {
  Plan plan;
  plan.options.checkpoints.period_steps = 2;
  Attempt attempt;
  attempt.checkpoints.seal_status = absl::ResourceExhaustedError("disk full");
  attempt.result = Train(plan.inputs, plan.options,
                         {.output_directory = attempt.output.path(),
                          .resume_directory = "",
                          .checkpoints = &attempt.checkpoints},
                         attempt.observer, attempt.clock);
  ASSERT_TRUE(attempt.result.ok()) << attempt.result.status();
  EXPECT_THAT(attempt.observer.checkpoints, IsEmpty());
  EXPECT_THAT(attempt.observer.failures,
              Each(absl::ResourceExhaustedError("disk full")));
  EXPECT_GE(attempt.observer.failures.size(), 3u);
  EXPECT_EQ(Weights(attempt), Weights(*Begin(plan)));
}

TEST(CheckpointTest, OneThatIsAskedForAndCannotBeWrittenIsAnError) {
  Plan plan;
  Attempt attempt;
  attempt.observer.stop_after = 3;
  attempt.observer.stop = StopRequest::kCheckpoint;
  attempt.checkpoints.seal_status = absl::ResourceExhaustedError("disk full");
  attempt.result = Train(plan.inputs, plan.options,
                         {.output_directory = attempt.output.path(),
                          .resume_directory = "",
                          .checkpoints = &attempt.checkpoints},
                         attempt.observer, attempt.clock);
  EXPECT_EQ(attempt.result.status(), absl::ResourceExhaustedError("disk full"));
}

}  // namespace
}  // namespace tunesmith::worker
