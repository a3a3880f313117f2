#include "worker/training/train.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/reason.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/training/tiny_training.h"
#include "worker/formats/weight_files.h"

namespace tunesmith::worker {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

std::string WeightsOf(const Run& run) {
  return ReadBytes(run.output.File("model.safetensors"));
}

// Names of parameters whose bytes differ from the base model's.
std::set<std::string> ChangedParameters(const Run& run) {
  auto before = WeightFiles::Open(TinyInputs().base_model_directory);
  auto after = WeightFiles::Open(run.output.path());
  std::set<std::string> changed;
  for (size_t i = 0; i < (*before)->tensors().size(); ++i) {
    const StoredTensor& a = (*before)->tensors()[i];
    const StoredTensor& b = (*after)->tensors()[i];
    EXPECT_EQ(a.name, b.name);
    if (std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) != 0) {
      changed.insert(b.name);
    }
  }
  return changed;
}

TEST(TrainTest, LearnsAndReports) {
  TrainingOptions options = TinyOptions();
  options.epochs = 20;
  auto run = TrainTiny(options);
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  const RecordingObserver& heard = run->observer;
  EXPECT_EQ(run->result->steps, 120);
  EXPECT_EQ(heard.conflicts, 0);
  auto loss = [&](int64_t step) {
    return heard.metrics.at({DataSplit::kTraining, "loss", step});
  };
  EXPECT_LT(loss(120), 0.5 * loss(1));
  const EvaluationFigures& last = heard.evaluations.back();
  EXPECT_EQ(last.phase, EvaluationPhase::kFinal);
  EXPECT_EQ(last.split, DataSplit::kTest);
  EXPECT_GT(last.accuracy, heard.evaluations[1].accuracy);
  EXPECT_EQ(last.example_count, 11);
  // Baseline on two splits, 20 epochs, final on two splits.
  EXPECT_THAT(heard.evaluations, SizeIs(24));
  // 12 steps of warm-up.
  EXPECT_DOUBLE_EQ(heard.metrics.at({DataSplit::kTraining, "learning_rate", 1}),
                   1e-3 / 13);
  EXPECT_GT(heard.progress.back().examples_per_second, 0);
  EXPECT_EQ(heard.progress.front().phase, TrainingPhase::kLoading);
  EXPECT_EQ(heard.progress.back().phase, TrainingPhase::kSaving);
}

TEST(TrainTest, FinalEvaluationsKeepTheirMistakes) {
  TrainingOptions options = TinyOptions();
  options.learning_rate = 1e-5;
  auto run = TrainTiny(options);
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  const TrainingInputs inputs = TinyInputs();
  for (const EvaluationFigures& figures : run->result->evaluations) {
    if (figures.phase != EvaluationPhase::kFinal) {
      EXPECT_THAT(figures.mistakes, SizeIs(0));
      continue;
    }
    const double wrong =
        (1 - figures.accuracy) * static_cast<double>(figures.example_count);
    EXPECT_THAT(figures.mistakes, SizeIs(std::lround(wrong)));
    EXPECT_GT(wrong, 1);
    const auto& examples =
        figures.split == DataSplit::kTest ? inputs.test : inputs.validation;
    double last = 1;
    for (const Mistake& mistake : figures.mistakes) {
      EXPECT_LE(mistake.confidence, last);
      last = mistake.confidence;
      // Of three classes.
      EXPECT_GT(mistake.confidence, 1.0 / 3);
      EXPECT_NE(mistake.guess, mistake.label);
      const bool is_there = std::any_of(
          examples.begin(), examples.end(), [&](const Example& example) {
            return example.row == mistake.row && example.label == mistake.label;
          });
      EXPECT_TRUE(is_there) << mistake.row;
    }
  }
}

TEST(TrainTest, SameRunGivesTheSameFiles) {
  auto a = TrainTiny(TinyOptions());
  auto b = TrainTiny(TinyOptions());
  TrainingOptions other = TinyOptions();
  other.seed = 43;
  auto c = TrainTiny(other);
  for (const char* name : {"model.safetensors", "config.json"}) {
    EXPECT_EQ(ReadBytes(a->output.File(name)), ReadBytes(b->output.File(name)));
  }
  EXPECT_NE(WeightsOf(*a), WeightsOf(*c));
}

TEST(TrainTest, EverythingTrainsWithoutFreezing) {
  auto run = TrainTiny(TinyOptions());
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  EXPECT_THAT(ChangedParameters(*run), SizeIs(41));
}

class FreezingTest : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(FreezingTest, FrozenStaysByteForByteAndTheRestMoves) {
  TrainingOptions options = TinyOptions();
  options.weight_decay = 0.1;
  options.parameters = PlanFreezing(GetParam());
  // The base model's labels, so that the head comes from its file too.
  TrainingInputs inputs = TinyInputs();
  inputs.labels = {"no", "perhaps", "yes"};
  auto run = TrainTiny(options, inputs);
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  std::set<std::string> changed = ChangedParameters(*run);
  for (const ParameterPlan& parameter : options.parameters) {
    EXPECT_EQ(changed.contains(parameter.name), !parameter.frozen)
        << parameter.name;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Plans, FreezingTest,
    testing::Values(
        std::vector<std::string>{"bert."},
        std::vector<std::string>{"bert.embeddings."},
        std::vector<std::string>{"bert.embeddings.", "bert.encoder.layer.0."},
        std::vector<std::string>{"bert.embeddings.", "bert.encoder."},
        std::vector<std::string>{"bert.encoder.layer.0."},
        std::vector<std::string>{"bert.encoder.layer.1.", "bert.pooler."},
        std::vector<std::string>{"bert.pooler.", "classifier."}));

// Whether a parameter's name begins with one of some.
bool BeginsWithOneOf(const std::string& name,
                     const std::vector<std::string>& beginnings) {
  for (const std::string& beginning : beginnings) {
    if (name.starts_with(beginning)) return true;
  }
  return false;
}

TEST(TrainTest, GradualUnfreezingTrainsAStageMoreInEachEpoch) {
  const std::vector<std::string> below = {
      "bert.embeddings", "bert.encoder.layer.0", "bert.encoder.layer.1"};
  TrainingOptions options = TinyOptions();
  options.keep_best = false;
  options.parameters =
      PlanUnfreezing({{below[2], 1}, {below[1], 2}, {below[0], 3}});
  for (size_t epochs : {1, 2, 3, 4}) {
    options.epochs = static_cast<double>(epochs);
    auto run = TrainTiny(options);
    ASSERT_TRUE(run->result.ok()) << run->result.status();
    std::vector<std::string> frozen(
        below.begin(), below.end() - static_cast<ptrdiff_t>(epochs) + 1);
    std::set<std::string> changed = ChangedParameters(*run);
    EXPECT_TRUE(changed.contains("bert.pooler.dense.weight"));
    for (const std::string& name : below) {
      bool moved = std::any_of(
          changed.begin(), changed.end(),
          [&name](const std::string& one) { return one.starts_with(name); });
      EXPECT_NE(moved, BeginsWithOneOf(name, frozen)) << name << epochs;
    }
  }
}

// Adam's first step moves every value by the learning rate.
TEST(TrainTest, EachParameterHasItsOwnLearningRate) {
  TrainingOptions options = TinyOptions();
  options.epochs = std::nullopt;
  options.max_steps = 1;
  options.schedule = {.kind = ScheduleKind::kConstant, .warmup_fraction = 0};
  options.weight_decay = 0;
  auto change = [&options] {
    auto run = TrainTiny(options);
    auto before = WeightFiles::Open(TinyInputs().base_model_directory);
    auto after = WeightFiles::Open(run->output.path());
    double largest = 0;
    for (size_t i = 0; i < (*before)->tensors().size(); ++i) {
      const StoredTensor& a = (*before)->tensors()[i];
      if (a.name != "bert.encoder.layer.1.output.dense.weight") continue;
      const auto* x = reinterpret_cast<const float*>(a.bytes.data());
      const auto* y =
          reinterpret_cast<const float*>((*after)->tensors()[i].bytes.data());
      for (size_t j = 0; j < a.bytes.size() / sizeof(float); ++j) {
        largest = std::max(largest, std::abs(static_cast<double>(x[j] - y[j])));
      }
    }
    return largest;
  };
  EXPECT_NEAR(change(), 1e-3, 1e-5);
  for (ParameterPlan& parameter : options.parameters) {
    parameter.learning_rate_factor = 0.1;
  }
  EXPECT_NEAR(change(), 1e-4, 1e-6);
}

TEST(TrainTest, PlanMustFitTheNetwork) {
  TrainingOptions options = TinyOptions();
  options.parameters.pop_back();
  EXPECT_EQ(ReasonOf(TrainTiny(options)->result.status()),
            "WEIGHT_NAME_MISMATCH");
  options = TinyOptions();
  options.parameters.push_back({"bert.extra", false});
  EXPECT_EQ(ReasonOf(TrainTiny(options)->result.status()),
            "WEIGHT_NAME_MISMATCH");
  options = TinyOptions();
  options.parameters = PlanFreezing({"bert.", "classifier."});
  EXPECT_EQ(ReasonOf(TrainTiny(options)->result.status()), "INVALID_FIELD");
}

TEST(TrainTest, FractionOfAnEpochEndsWithAnEvaluation) {
  TrainingOptions options = TinyOptions();
  options.epochs = 1.5;
  auto run = TrainTiny(options);
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  EXPECT_EQ(run->result->steps, 9);
  EXPECT_DOUBLE_EQ(run->result->epochs, 1.5);
  int epochs = 0;
  for (const EvaluationFigures& figures : run->observer.evaluations) {
    epochs += figures.phase == EvaluationPhase::kEpoch;
  }
  EXPECT_EQ(epochs, 2);
}

TEST(TrainTest, ARunOfOneStepLearns) {
  TrainingOptions options = TinyOptions();
  options.epochs = std::nullopt;
  options.max_steps = 1;
  auto run = TrainTiny(options);
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  EXPECT_EQ(
      run->observer.metrics.at({DataSplit::kTraining, "learning_rate", 1}),
      options.learning_rate);
  EXPECT_THAT(ChangedParameters(*run), SizeIs(41));
}

// A rate of zero never improves, so all epochs are equal: the last one stays.
TEST(TrainTest, EarlyStoppingEndsTheRunAndIsTold) {
  TrainingOptions options = TinyOptions();
  options.epochs = 10;
  options.learning_rate = 1e-30;
  options.early_stopping = EarlyStopping{2, 0};
  auto run = TrainTiny(options);
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  EXPECT_EQ(run->result->steps, 18);
  EXPECT_EQ(run->result->best_step, 18);
  ASSERT_TRUE(run->result->early_stop.has_value());
  EXPECT_EQ(run->result->early_stop->step, 18);
  EXPECT_EQ(run->result->early_stop->epoch, 3);
  EXPECT_EQ(run->result->early_stop->best_step, 18);
  EXPECT_EQ(run->result->early_stop->best_value,
            run->observer.evaluations.front().accuracy);
  EXPECT_THAT(run->observer.log,
              Contains(HasSubstr("stopped early after epoch 3, step 18 of 60: "
                                 "accuracy did not get better than 0.")));
  options.early_stopping.reset();
  options.epochs = 2;
  EXPECT_FALSE(TrainTiny(options)->result->early_stop.has_value());
}

// Their tables would be larger than the network.
TEST(TrainTest, TenThousandClassesTrain) {
  TrainingInputs inputs = TinyInputs();
  inputs.labels.clear();
  for (int i = 0; i < 10'000; ++i) inputs.labels.push_back(std::to_string(i));
  inputs.training[0].label = 9'999;
  auto run = TrainTiny(TinyOptions(), inputs);
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  for (const EvaluationFigures& one : run->result->evaluations) {
    EXPECT_TRUE(one.confusion_matrix.empty());
    const bool is_final = one.phase == EvaluationPhase::kFinal;
    EXPECT_EQ(one.classes.size(), is_final ? 10'000u : 0u);
    EXPECT_EQ(one.confusions.empty(), !is_final);
  }
  EXPECT_EQ(run->observer.evaluations.front().classes.size(), 10'000u);
}

// The loss on validation rows with turned labels only gets worse.
TEST(TrainTest, BestWeightsAreTheResult) {
  TrainingInputs inputs = TinyInputs();
  for (Example& example : inputs.validation) {
    example.label = (example.label + 1) % 3;
  }
  TrainingOptions options = TinyOptions();
  options.epochs = 15;
  options.primary_metric = PrimaryMetric::kLoss;
  auto best = TrainTiny(options, inputs);
  ASSERT_TRUE(best->result.ok()) << best->result.status();
  EXPECT_LT(best->result->best_step, 90);
  const EvaluationFigures* kept = nullptr;
  double least = INFINITY;
  for (const EvaluationFigures& figures : best->observer.evaluations) {
    if (figures.split != DataSplit::kValidation) continue;
    if (figures.phase == EvaluationPhase::kEpoch) {
      least = std::min(least, figures.loss);
    }
    if (figures.phase == EvaluationPhase::kFinal) kept = &figures;
  }
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->loss, least);
  EXPECT_EQ(kept->step, best->result->best_step);

  options.keep_best = false;
  auto last = TrainTiny(options, inputs);
  EXPECT_EQ(last->result->best_step, 90);
  EXPECT_NE(WeightsOf(*best), WeightsOf(*last));

  // What was kept is what training had at that step.
  TrainingInputs base = inputs;
  base.base_model_directory = best->output.path();
  TrainingOptions again = options;
  again.learning_rate = 1e-30;
  again.max_steps = 1;
  again.epochs.reset();
  auto reloaded = TrainTiny(again, base);
  ASSERT_TRUE(reloaded->result.ok()) << reloaded->result.status();
  EXPECT_NEAR(reloaded->observer.evaluations[0].loss, least, 1e-6);
}

TEST(TrainTest, StopsWhenTold) {
  for (int64_t asked : {0, 1, 5, 12}) {
    auto run = TrainTiny(TinyOptions(), TinyInputs(), asked);
    EXPECT_TRUE(absl::IsCancelled(run->result.status())) << asked;
    EXPECT_TRUE(std::filesystem::is_empty(run->output.path()));
  }
}

TEST(TrainTest, DirectoryHoldsWhatTransformersExpects) {
  auto run = TrainTiny(TinyOptions());
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(run->output.path())) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, UnorderedElementsAre("config.json", "model.safetensors"));
  auto config =
      nlohmann::json::parse(ReadBytes(run->output.File("config.json")));
  EXPECT_EQ(config["architectures"][0], "BertForSequenceClassification");
  EXPECT_EQ(config["id2label"]["1"], "b");
  EXPECT_EQ(config["label2id"]["c"], 2);
  EXPECT_EQ(config["problem_type"], "single_label_classification");
  EXPECT_EQ(config["hidden_size"], 24);
}

TEST(TrainTest, TrainsOnFromItsOwnResult) {
  auto first = TrainTiny(TinyOptions());
  TrainingInputs inputs = TinyInputs();
  inputs.base_model_directory = first->output.path();
  auto second = TrainTiny(TinyOptions(), inputs);
  ASSERT_TRUE(second->result.ok()) << second->result.status();
  // The head is taken over, so it starts where the first run ended.
  EXPECT_NEAR(
      second->observer.evaluations[0].loss,
      first->observer.evaluations[first->observer.evaluations.size() - 2].loss,
      1e-6);
}

TEST(TrainTest, Bf16ComesCloseToFp32) {
  TrainingOptions options = TinyOptions();
  options.dropout = 0;
  auto fp32 = TrainTiny(options);
  options.precision = Precision::kBf16;
  auto bf16 = TrainTiny(options);
  ASSERT_TRUE(bf16->result.ok()) << bf16->result.status();
  EXPECT_NE(WeightsOf(*fp32), WeightsOf(*bf16));
  EXPECT_NEAR(fp32->observer.evaluations.back().loss,
              bf16->observer.evaluations.back().loss, 0.1);
}

TEST(TrainTest, FinalFiguresAreThoseOfFp32AndALossAlwaysIs) {
  TrainingOptions options = TinyOptions();
  options.precision = Precision::kBf16;
  auto figures_of = [&](PrimaryMetric metric, EvaluationPhase phase) {
    options.primary_metric = metric;
    auto run = TrainTiny(options);
    std::map<int64_t, double> losses;
    for (const EvaluationFigures& one : run->observer.evaluations) {
      if (one.phase == phase && one.split == DataSplit::kValidation) {
        losses[one.step] = one.loss;
      }
    }
    return losses;
  };
  for (auto [metric, equal] : {std::pair(PrimaryMetric::kAccuracy, false),
                               std::pair(PrimaryMetric::kLoss, true)}) {
    const auto on_the_way = figures_of(metric, EvaluationPhase::kEpoch);
    const auto final = figures_of(metric, EvaluationPhase::kFinal);
    ASSERT_EQ(final.size(), 1u);
    const auto& [step, loss] = *final.begin();
    EXPECT_EQ(on_the_way.at(step) == loss, equal);
    EXPECT_NEAR(on_the_way.at(step), loss, 0.05);
  }
}

TEST(TrainTest, WorksWithoutValidationAndTestData) {
  TrainingInputs inputs = TinyInputs();
  inputs.validation.clear();
  inputs.test.clear();
  auto run = TrainTiny(TinyOptions(), inputs);
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  EXPECT_THAT(run->observer.evaluations, SizeIs(0));
  EXPECT_EQ(run->result->best_step, 12);
}

TEST(TrainTest, BadInputsAreNamed) {
  auto reason = [](auto change) {
    TrainingInputs inputs = TinyInputs();
    TrainingOptions options = TinyOptions();
    change(inputs, options);
    return ReasonOf(TrainTiny(options, inputs)->result.status());
  };
  using In = TrainingInputs;
  using Op = TrainingOptions;
  EXPECT_EQ(reason([](In& i, Op&) { i.training.clear(); }), "EMPTY_DATASET");
  EXPECT_EQ(reason([](In& i, Op&) { i.labels = {"a"}; }), "BAD_CLASS_COUNT");
  EXPECT_EQ(reason([](In& i, Op&) { i.test[3].label = 3; }), "UNKNOWN_LABEL");
  EXPECT_EQ(reason([](In& i, Op&) { i.training[3].token_ids[0] = 40; }),
            "BAD_TOKENIZER");
  EXPECT_EQ(reason([](In& i, Op&) { i.validation[0].token_ids.clear(); }),
            "INVALID_FIELD");
  EXPECT_EQ(reason([](In& i, Op&) { i.training[0].token_ids.assign(17, 1); }),
            "INVALID_FIELD");
  EXPECT_EQ(reason([](In&, Op& o) {
              o.class_weights = {1, 2};
            }),
            "INVALID_FIELD");
  EXPECT_EQ(reason([](In&, Op& o) { o.max_steps = 5; }), "INVALID_FIELD");
  EXPECT_EQ(reason([](In& i, Op&) { i.base_model_directory = "/none"; }),
            "MODEL_FILE_MISSING");
}

TEST(TrainTest, UnknownDevicesAreRefused) {
  TrainingOptions options = TinyOptions();
  for (const char* device : {"tpu", "cuda:", "cuda:-1", "cuda:999", ""}) {
    options.device = device;
    EXPECT_FALSE(TrainTiny(options)->result.ok()) << device;
  }
}

TEST(DeviceTest, CpuPassesItsProbeAndWarmsUp) {
  absl::StatusOr<DeviceDescription> cpu = ProbeDevice("cpu");
  ASSERT_TRUE(cpu.ok()) << cpu.status();
  EXPECT_EQ(cpu->device, "cpu");
  EXPECT_GT(cpu->memory_bytes, 0);
  EXPECT_FALSE(cpu->name.empty());
  EXPECT_TRUE(WarmUp("cpu", 1).ok()) << WarmUp("cpu", 1);
}

}  // namespace
}  // namespace tunesmith::worker
