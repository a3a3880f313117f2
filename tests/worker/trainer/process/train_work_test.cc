#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/artifact/manifest.h"
#include "tests/end_to_end/tiny_model.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/trainer/process/train_item.h"

namespace tunesmith::worker {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class TrainWorkTest : public TrainItemTest {};

TEST_F(TrainWorkTest, TrainsAndSealsAModelWithItsRecord) {
  *work().mutable_training() = Dataset("train", "");
  *work().mutable_test() = Dataset("test",
                                   "text,label\nrefund my card,billing\n"
                                   "late parcel,delivery\n");
  work().mutable_spec()->mutable_hyperparameters()->set_epochs(12);
  ItemRun run = RunItem(assignment_);
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  EXPECT_EQ(run.exit_code, 0);

  const internal::v1::TrainResult& result = run.outcome.train();
  EXPECT_EQ(result.artifact().key(), "out/1");
  EXPECT_EQ(result.artifact().store(), "local");
  auto manifest = VerifyDirectory(output_, result.artifact().manifest_sha256());
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  std::set<std::string> files;
  for (const ManifestFile& file : manifest->files) files.insert(file.path);
  EXPECT_THAT(files, Contains("model/model.safetensors"));
  EXPECT_THAT(files, Contains("model/config.json"));
  EXPECT_THAT(files, Contains("model/tokenizer.json"));
  EXPECT_THAT(files, Contains("run_record.json"));
  EXPECT_THAT(files, Contains("report.html"));
  EXPECT_THAT(result.model().model().head_labels(),
              ::testing::ElementsAre("account", "billing", "delivery"));

  v1::Evaluation baseline, final;
  int64_t losses = 0;
  bool has_execution = false;
  for (const internal::v1::WorkEvent& event : run.events) {
    has_execution |= event.has_execution() &&
                     event.execution().device() == "cpu" &&
                     event.execution().microbatch() == 8 &&
                     event.execution().deterministic() &&
                     event.execution().environment().contains("torch");
    losses += event.has_metric() && event.metric().name() == "loss" &&
              event.metric().split() == v1::TRAINING;
    if (!event.has_evaluation()) continue;
    if (event.evaluation().split() != v1::VALIDATION) continue;
    if (event.evaluation().phase() == v1::Evaluation::BASELINE) {
      baseline = event.evaluation();
    }
    if (event.evaluation().phase() == v1::Evaluation::FINAL) {
      final = event.evaluation();
    }
  }
  EXPECT_TRUE(has_execution);
  // 96 rows, 19 of them for validation, 8 to a batch, 12 epochs.
  EXPECT_EQ(losses, 120);
  EXPECT_EQ(final.example_count(), 19);
  EXPECT_EQ(final.classes(0).label(), "account");
  EXPECT_GT(final.accuracy(), 0.9);
  EXPECT_LT(final.loss(), baseline.loss());

  auto record = nlohmann::json::parse(ReadBytes(output_ + "/run_record.json"));
  EXPECT_EQ(record["job"], "jobs/one");
  EXPECT_EQ(record["seed"], 42);
  EXPECT_EQ(record["rows"]["training"], 77);
  EXPECT_EQ(record["resolved_spec"]["hyperparameters"]["batch_size"], 8);
  EXPECT_EQ(record["inputs"]["training"]["manifest_sha256"],
            work().training().artifact().manifest_sha256());
  EXPECT_EQ(record["evaluations"].size(),
            static_cast<size_t>(result.model().model().evaluations_size()));

  std::string report = ReadBytes(output_ + "/report.html");
  for (const std::string& label : result.model().model().head_labels()) {
    EXPECT_THAT(report, HasSubstr(">" + label + "<"));
  }
}

TEST_F(TrainWorkTest, SameItemTwiceGivesTheSameModelFiles) {
  *work().mutable_training() = Dataset("train", "");
  ASSERT_EQ(RunItem(assignment_).Reason(), "");
  std::string first = output_;
  NewOutput("again");
  ASSERT_EQ(RunItem(assignment_).Reason(), "");
  for (const auto& entry :
       std::filesystem::directory_iterator(first + "/model")) {
    std::string name = entry.path().filename().string();
    EXPECT_EQ(ReadBytes(entry.path().string()),
              ReadBytes(output_ + "/model/" + name))
        << name;
  }
}

TEST_F(TrainWorkTest, CancelEndsARunningJob) {
  *work().mutable_training() = Dataset("train", "");
  work().mutable_spec()->mutable_hyperparameters()->set_max_steps(1000000);
  bool sent = false;
  ItemRun run =
      RunItem(assignment_, [&](const internal::v1::TrainerMessage& message,
                               TrainerProcess& trainer) {
        if (sent || !message.event().has_metric()) return;
        sent = true;
        internal::v1::AgentMessage cancel;
        cancel.mutable_cancel();
        trainer.Send(cancel);
      });
  EXPECT_EQ(run.Reason(), "CANCELLED");
  EXPECT_FALSE(run.outcome.retryable());
  EXPECT_EQ(run.exit_code, 0);
}

TEST_F(TrainWorkTest, RunTimeHasALimit) {
  *work().mutable_training() = Dataset("train", "");
  work().mutable_spec()->mutable_hyperparameters()->set_max_steps(1000000);
  work().set_run_time_left_seconds(1);
  ItemRun run = RunItem(assignment_);
  EXPECT_EQ(run.Reason(), "RUN_TIME_EXCEEDED");
  EXPECT_FALSE(run.outcome.retryable());
}

TEST_F(TrainWorkTest, BadDataEndWithTheirReason) {
  struct {
    const char* reason;
    const char* content;
  } cases[] = {
      {"UNKNOWN_COLUMN", "txt,label\na,b\n"},
      {"BAD_CLASS_COUNT", "text,label\na,x\nb,x\n"},
      {"EMPTY_DATASET", "text,label\n,\n"},
      {"BAD_ROW", "text,label\n\"a\"b,x\nc,y\n"},
  };
  int number = 0;
  for (const auto& one : cases) {
    std::string name = "bad" + std::to_string(number++);
    *work().mutable_training() = Dataset(name, one.content);
    ItemRun run = RunItem(assignment_);
    EXPECT_EQ(run.Reason(), one.reason) << run.outcome.error().message();
    EXPECT_FALSE(run.outcome.retryable());
    EXPECT_THAT(run.outcome.error().message(),
                ::testing::Not(HasSubstr("/tmp")));
  }
}

TEST_F(TrainWorkTest, UnknownLabelOfValidationDataIsNamed) {
  *work().mutable_training() = Dataset("train", "");
  *work().mutable_validation() =
      Dataset("validation", "text,label\nmy bill,billing\nlogin,acount\n");
  ItemRun run = RunItem(assignment_);
  EXPECT_EQ(run.Reason(), "UNKNOWN_LABEL");
  EXPECT_THAT(run.outcome.error().message(), HasSubstr("\"acount\""));
  EXPECT_THAT(run.outcome.error().message(), HasSubstr("row 2"));
  EXPECT_THAT(run.outcome.error().message(), HasSubstr("datasets/validation"));
}

TEST_F(TrainWorkTest, FindingsOfTheDataAreEvents) {
  *work().mutable_training() = Dataset(
      "train",
      "text,label\nmy bill,billing\nmy bill,delivery\nlate,delivery\n,billing\n"
      "refund please refund please refund please refund,billing\n"
      "password,account\n");
  work().mutable_spec()->mutable_hyperparameters()->set_max_steps(1);
  work()
      .mutable_spec()
      ->mutable_data()
      ->mutable_cleaning()
      ->set_max_dropped_fraction(0.2);
  task().set_max_length(8);
  ItemRun run = RunItem(assignment_);
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  ASSERT_EQ(run.Summaries().size(), 1u);
  EXPECT_EQ(run.Summaries()[0].row_count(), 6);
  EXPECT_EQ(run.Summaries()[0].dropped(0).cause(), v1::Finding::MISSING_CELL);
  ASSERT_EQ(run.FindingsWith(v1::Finding::MISSING_CELL).size(), 1u);
  EXPECT_EQ(run.FindingsWith(v1::Finding::MISSING_CELL)[0].row(), 4);
  EXPECT_EQ(run.FindingsWith(v1::Finding::CONFLICTING_LABEL).size(), 1u);
  EXPECT_FALSE(run.FindingsWith(v1::Finding::TINY_CLASS).empty());
  EXPECT_FALSE(run.FindingsWith(v1::Finding::CLASS_WITHOUT_VALIDATION).empty());
}

TEST_F(TrainWorkTest, TooManyRowsLeftOutEndTheJobWithTheirTotals) {
  *work().mutable_training() = Dataset(
      "train", "text,label\nmy bill,billing\nlate,delivery\n,billing\n");
  ItemRun run = RunItem(assignment_);
  EXPECT_EQ(run.Reason(), "TOO_MANY_ROWS_DROPPED");
  EXPECT_THAT(run.outcome.error().message(), HasSubstr("1 of 3 rows"));
  ASSERT_EQ(run.Summaries().size(), 1u);
  EXPECT_EQ(run.Summaries()[0].dropped(0).count(), 1);
  EXPECT_EQ(run.FindingsWith(v1::Finding::ROW_TOTALS).size(), 1u);
}

TEST_F(TrainWorkTest, AShortRunIsToldOf) {
  *work().mutable_training() = Dataset("train", "");
  *work().mutable_test() = Dataset("test", "text,label\nmy bill,billing\n");
  work().mutable_spec()->mutable_hyperparameters()->set_max_steps(1);
  ItemRun run = RunItem(assignment_);
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  EXPECT_EQ(run.FindingsWith(v1::Finding::FEW_STEPS).size(), 1u);
  auto absent = run.FindingsWith(v1::Finding::ABSENT_CLASS);
  ASSERT_EQ(absent.size(), 1u);
  EXPECT_THAT(absent[0].message(), HasSubstr("(account, delivery)"));
  EXPECT_THAT(ReadBytes(output_ + "/report.html"), HasSubstr("few steps"));
}

TEST_F(TrainWorkTest, EarlyStoppingIsInTheOutcomeTheLogAndTheRecord) {
  *work().mutable_training() = Dataset("train", "");
  v1::JobSpec& spec = *work().mutable_spec();
  spec.mutable_hyperparameters()->set_epochs(10);
  spec.mutable_hyperparameters()->set_learning_rate(1e-30);
  spec.mutable_evaluation()->mutable_early_stopping()->set_patience(2);
  ItemRun run = RunItem(assignment_);
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  const v1::EarlyStop& stop = run.outcome.train().early_stop();
  EXPECT_EQ(stop.step(), 30);
  EXPECT_EQ(stop.epoch(), 3);
  EXPECT_EQ(stop.best_step(), 30);
  int logged = 0;
  for (const internal::v1::WorkEvent& event : run.events) {
    logged += event.log().message().starts_with(
        "stopped early after epoch 3, step 30 of 100: accuracy");
  }
  EXPECT_EQ(logged, 1);
  auto record = nlohmann::json::parse(ReadBytes(output_ + "/run_record.json"));
  EXPECT_EQ(record["result"]["early_stop"]["step"], 30);
  EXPECT_EQ(record["result"]["early_stop"]["best_value"], stop.best_value());
}

// Classifiers look at a pooler that such a model never trained.
TEST_F(TrainWorkTest, AHeadOnAnEncoderOfSentencesSeesTheMeanOverTokens) {
  *work().mutable_training() = Dataset("train", "");
  const std::string base = scratch_.File("sentences");
  testing::WriteTinyModel(base + "/model");
  std::filesystem::create_directory(base + "/model/1_Pooling");
  std::ofstream(base + "/model/modules.json")
      << R"([{"type": "sentence_transformers.models.Pooling",
              "path": "1_Pooling"}])";
  std::ofstream(base + "/model/1_Pooling/config.json")
      << R"({"pooling_mode_mean_tokens": true})";
  *work().mutable_base_model()->mutable_artifact() =
      Stage(base, "m2/1", assignment_);
  // Everything trains: the model stays as it is.
  ItemRun full = RunItem(assignment_);
  ASSERT_EQ(full.Reason(), "") << full.outcome.error().message();
  EXPECT_EQ(full.outcome.train().model().model().layer_count(), 2);
  EXPECT_TRUE(full.FindingsWith(v1::Finding::CONVERTED_WEIGHTS).empty());

  for (auto& row : *work().mutable_parameters()) {
    row.set_frozen(row.parameter().block() != v1::ModelParameter::HEAD);
  }
  work().mutable_spec()->mutable_hyperparameters()->set_epochs(30);
  NewOutput("head");
  ItemRun head = RunItem(assignment_);
  ASSERT_EQ(head.Reason(), "") << head.outcome.error().message();
  EXPECT_EQ(head.FindingsWith(v1::Finding::CONVERTED_WEIGHTS).size(), 1u);
  EXPECT_EQ(head.outcome.train().model().model().layer_count(), 3);
  EXPECT_TRUE(std::filesystem::exists(output_ + "/model/tokenizer.json"));
  EXPECT_FALSE(std::filesystem::exists(output_ + "/scratch"));
}

TEST_F(TrainWorkTest, MaxLengthAboveTheModelsIsRefused) {
  *work().mutable_training() = Dataset("train", "");
  task().set_max_length(65);
  EXPECT_EQ(RunItem(assignment_).Reason(), "INVALID_FIELD");
}

}  // namespace
}  // namespace tunesmith::worker
