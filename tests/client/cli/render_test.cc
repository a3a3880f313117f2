#include <cmath>

#include "client/cli/render/augmentation_text.h"
#include "client/cli/render/confusion_text.h"
#include "client/cli/render/error_text.h"
#include "client/cli/render/evaluation_text.h"
#include "client/cli/render/event_text.h"
#include "client/cli/render/freeze_text.h"
#include "client/cli/render/job_text.h"
#include "client/cli/render/printable.h"
#include "client/cli/render/progress_text.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/resource_text.h"
#include "client/cli/render/text_table.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/error.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

template <class Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

TEST(PrintableTest, NothingThatMovesATerminalGetsThrough) {
  EXPECT_EQ(Printable("a\x1b[31mred\x07"), "a\uFFFD[31mred\uFFFD");
  EXPECT_EQ(Printable("line\nbreak\ttab\rreturn"), "line break tab return");
  EXPECT_EQ(Printable("c1 \xC2\x9B"
                      "31m del \x7f"),
            "c1 \uFFFD31m del \uFFFD");
  EXPECT_EQ(Printable("right-to-left \u202E override"),
            "right-to-left \uFFFD override");
}

TEST(PrintableTest, GoodTextIsKeptAndBadBytesAreReplaced) {
  EXPECT_EQ(Printable("Grüße 日本 😀"), "Grüße 日本 😀");
  EXPECT_EQ(Printable("\xFF\xC3"), "\uFFFD\uFFFD");
  // Overlong, surrogate and cut sequences.
  EXPECT_EQ(Printable("\xC0\x9B"), "\uFFFD\uFFFD");
  EXPECT_EQ(Printable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(Printable("a\xE6\x97"), "a\uFFFD\uFFFD");
}

TEST(PrintableTest, ShortenCountsColumns) {
  EXPECT_EQ(Shorten("abc", 3), "abc");
  EXPECT_EQ(Shorten("abcd", 3), "ab…");
  EXPECT_EQ(Shorten("日本語", 5), "日本…");
  EXPECT_EQ(Shorten("日本語", 4), "日…");
}

TEST(TextTableTest, AlignsByDisplayedWidth) {
  TextTable table({{"NAME"}, {"COUNT", TextTable::Align::kRight}});
  table.AddRow({"日本", "7"});
  table.AddRow({"evil\x1b[2J", "1,000"});
  EXPECT_EQ(table.Render(),
            "NAME      COUNT\n"
            "日本          7\n"
            "evil\uFFFD[2J  1,000\n");
}

TEST(QuantityTest, ReadsLikePeopleWrite) {
  google::protobuf::Timestamp time;
  time.set_seconds(1000);
  auto age = [&](int64_t seconds) {
    return FormatAge(time, absl::FromUnixSeconds(1000 + seconds));
  };
  EXPECT_EQ(age(59), "59s");
  EXPECT_EQ(age(200), "3m");
  EXPECT_EQ(age(7200), "2h");
  EXPECT_EQ(age(90000), "1d");
  EXPECT_EQ(age(-5), "0s");
  EXPECT_EQ(FormatElapsed(absl::Seconds(190)), "3m 10s");
  EXPECT_EQ(FormatElapsed(absl::Seconds(3600)), "1h");
  EXPECT_EQ(FormatElapsed(absl::Seconds(-1)), "-");
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(1048575), "1.0 MiB");
  EXPECT_EQ(FormatCount(22713216), "22,713,216");
  EXPECT_EQ(FormatCount(-1000), "-1,000");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatShare(0.9166), "91.7%");
  EXPECT_EQ(FormatShare(std::nan("")), "-");
}

TEST(ProgressTextTest, ShowsWhatIsKnown) {
  auto progress = Parse<v1::Progress>(R"pb(
    phase: TRAINING
    step: 12
    total_steps: 27
    fraction: 0.4444
    loss: 1.5321
    examples_per_second: 85.24
    time_remaining { seconds: 190 }
  )pb");
  EXPECT_EQ(RenderProgress(progress),
            "training  step 12/27  44%  loss 1.532  85.2 examples/s  3m 10s "
            "left");
  EXPECT_EQ(RenderProgress(v1::Progress()), "running");
}

TEST(ProgressThrottleTest, PrintsPhasesAndTwentieths) {
  ProgressThrottle throttle;
  int printed = 0;
  v1::Progress progress;
  progress.set_phase(v1::Progress::TRAINING);
  for (int step = 0; step <= 1000; ++step) {
    progress.set_fraction(step / 1000.0);
    printed += throttle.ShouldPrint(progress);
  }
  EXPECT_EQ(printed, 21);
  progress.set_phase(v1::Progress::SAVING);
  EXPECT_TRUE(throttle.ShouldPrint(progress));
  progress.set_fraction(std::nan(""));
  EXPECT_FALSE(throttle.ShouldPrint(progress));
}

TEST(EvaluationTextTest, PutsBeforeBesideAfter) {
  auto job = Parse<v1::Job>(R"pb(
    evaluations { phase: BASELINE split: TEST loss: 1.8 accuracy: 0.15 }
    evaluations { phase: EPOCH split: VALIDATION accuracy: 0.5 }
    evaluations {
      phase: FINAL
      split: TEST
      loss: 0.25
      accuracy: 0.9
      macro_f1: 0.89
      weighted_f1: 0.91
      example_count: 1060
    }
  )pb");
  EXPECT_EQ(RenderBeforeAndAfter(job.evaluations()),
            "data               measure      before  after\n"
            "test (1,060 rows)  accuracy      15.0%  90.0%\n"
            "                   macro F1       0.0%  89.0%\n"
            "                   weighted F1    0.0%  91.0%\n"
            "                   loss            1.8   0.25\n");
  EXPECT_EQ(RenderBeforeAndAfter(v1::Job().evaluations()), "");
}

v1::Evaluation WithClasses(int n) {
  v1::Evaluation evaluation;
  for (int i = 0; i < n; ++i) {
    evaluation.add_classes()->set_label(absl::StrCat("class", i));
    evaluation.mutable_classes(i)->set_support(10);
    for (int j = 0; j < n; ++j) {
      evaluation.add_confusion_matrix(i == j ? 9 : j == i + 1 ? i : 0);
    }
  }
  return evaluation;
}

TEST(ConfusionTextTest, SmallMatrixIsShownWhole) {
  EXPECT_EQ(RenderConfusion(WithClasses(3)),
            "taken for class (columns by number)\n"
            "   true class  1  2  3\n"
            "1  class0      9  .  .\n"
            "2  class1      .  9  1\n"
            "3  class2      .  .  9\n");
}

TEST(ConfusionTextTest, LargeMatrixBecomesTheWorstConfusions) {
  std::string text = RenderConfusion(WithClasses(20));
  EXPECT_THAT(text, HasSubstr("worst 12 of 18 kinds of confusion among 20"));
  EXPECT_THAT(text, HasSubstr("class18     class19      18        180.0%"));
  EXPECT_THAT(text, Not(HasSubstr("class2 ")));
}

TEST(ConfusionTextTest, MatrixOfAnotherSizeIsNotRead) {
  v1::Evaluation evaluation = WithClasses(3);
  evaluation.mutable_confusion_matrix()->RemoveLast();
  EXPECT_EQ(RenderConfusion(evaluation), "no confusion matrix\n");
  EXPECT_EQ(RenderConfusion(v1::Evaluation()), "no confusion matrix\n");
}

TEST(EventTextTest, EveryKindHasALine) {
  auto render = [](const char* text) {
    return RenderEvent(Parse<v1::JobEvent>(text));
  };
  EXPECT_EQ(render("state_changed { to: QUEUED message: 'waits' }"),
            "QUEUED: waits");
  EXPECT_EQ(
      render("metric { name: 'loss' value: 0.5 step: 3 split: TRAINING }"),
      "step 3 training loss 0.5");
  EXPECT_EQ(render("log { severity: WARNING message: 'slow\\ndisk' }"),
            "warning: slow disk");
  EXPECT_EQ(render("finding { code: MISSING_CELL severity: WARNING row: 7 "
                   "column: 'text' message: 'no value' count: 1 }"),
            "warning: row 7: column \"text\": no value [MISSING_CELL]");
  EXPECT_EQ(render("execution_set { worker: 'workers/a' device: 'cpu' }"),
            "runs on cpu of workers/a");
  EXPECT_EQ(render("evaluation { phase: EPOCH epoch: 2 split: VALIDATION "
                   "loss: 1 accuracy: 0.5 macro_f1: 0.25 }"),
            "epoch 2: validation loss 1, accuracy 50.0%, macro F1 25.0%");
  EXPECT_THAT(render(""), HasSubstr("does not know"));
}

TEST(EventTextTest, FailedStateNamesItsReason) {
  v1::JobEvent event;
  event.mutable_state_changed()->set_to(v1::Job::FAILED);
  *event.mutable_state_changed()->mutable_error() = ToRpcStatus(
      ReasonedError(absl::StatusCode::kAborted, "TRAINER_DIED", "signal 9"));
  EXPECT_EQ(RenderEvent(event), "FAILED: signal 9 (TRAINER_DIED)");
}

TEST(ErrorTextTest, EachViolationHasItsLineAndNothingIsSaidTwice) {
  EXPECT_EQ(RenderError(InvalidFieldsError(
                {{"job.spec.seed", "too large"}, {"job.job_id", "odd\x1b"}})),
            "error: the request has problems\n"
            "  job.spec.seed: too large\n"
            "  job.job_id: odd\uFFFD\n"
            "reason: INVALID_FIELD\n");
}

TEST(ErrorTextTest, CodeStandsInForAMissingReason) {
  EXPECT_EQ(RenderError(absl::InternalError("broken")),
            "error: broken\nreason: INTERNAL\n");
}

TEST(JobTextTest, ListSaysHowFarOrWhyNot) {
  std::vector<v1::Job> jobs = {
      Parse<v1::Job>(R"pb(
        name: "jobs/b"
        state: QUEUED
        spec { base_model: "models/m" }
        wait { reason: SLOTS_BUSY position: 2 message: "waits for jobs/a" }
        create_time { seconds: 1000 }
      )pb"),
      Parse<v1::Job>(R"pb(
        name: "jobs/a"
        state: RUNNING
        spec { base_model: "models/m" }
        progress { phase: TRAINING step: 1 total_steps: 4 fraction: 0.25 }
        create_time { seconds: 900 }
      )pb")};
  EXPECT_EQ(RenderJobs(jobs, absl::FromUnixSeconds(1100)),
            "NAME    STATE    SITUATION                BASE MODEL  AGE\n"
            "jobs/b  QUEUED   #2: waits for jobs/a     models/m    1m\n"
            "jobs/a  RUNNING  training  step 1/4  25%  models/m    3m\n");
  EXPECT_EQ(RenderJobs({}, absl::Now()), "no jobs\n");
}

TEST(JobTextTest, ReportOfASuccessTellsWhereTheModelIs) {
  auto job = Parse<v1::Job>(R"pb(
    name: "jobs/a"
    state: SUCCEEDED
    output_model: "models/a"
    start_time { seconds: 100 }
    end_time { seconds: 165 }
  )pb");
  *job.add_evaluations() = WithClasses(2);
  job.mutable_evaluations(0)->set_phase(v1::Evaluation::FINAL);
  job.mutable_evaluations(0)->set_split(v1::TEST);
  EXPECT_THAT(
      RenderJobReport(job),
      AllOf(HasSubstr("jobs/a SUCCEEDED after 1m 5s"),
            HasSubstr("tunesmith download jobs/a"), HasSubstr("precision"),
            HasSubstr("true class"), HasSubstr("The model is models/a.")));
}

TEST(JobTextTest, ReportOfAFailureSaysWhy) {
  v1::Job job;
  job.set_name("jobs/a");
  job.set_state(v1::Job::FAILED);
  *job.mutable_error() =
      ToRpcStatus(ReasonedError(absl::StatusCode::kInvalidArgument,
                                "UNKNOWN_COLUMN", "no column \"txt\""));
  EXPECT_THAT(RenderJobReport(job),
              AllOf(HasSubstr("jobs/a FAILED"), HasSubstr("no column \"txt\""),
                    HasSubstr("UNKNOWN_COLUMN"), HasSubstr("tunesmith logs"),
                    Not(HasSubstr("download"))));
}

TEST(JobTextTest, UnknownEnumValuesOfANewerServerAreShownAsNumbers) {
  v1::Job job;
  job.set_state(static_cast<v1::Job::State>(77));
  EXPECT_THAT(RenderJob(job, absl::UTCTimeZone()), HasSubstr("state 77"));
  v1::Finding finding;
  finding.set_code(static_cast<v1::Finding::Code>(999));
  finding.set_message("odd");
  v1::JobEvent event;
  *event.mutable_finding() = finding;
  EXPECT_EQ(RenderEvent(event), "finding: odd");
}

TEST(AugmentationTextTest, IsOneReadableLine) {
  auto augmentation = Parse<v1::Augmentation>(R"pb(
    operations {
      probability: 1
      random_resized_crop { min_area: 0.5 max_area: 1 }
    }
    operations {
      probability: 0.5
      horizontal_flip {}
    }
    operations {
      probability: 1
      rotation { degrees: 15 }
    }
    operations {
      probability: 1
      zoom { min_factor: 2 max_factor: 2 }
    }
    operations {
      probability: 1
      translation { horizontal: 0.1 vertical: 0.2 }
    }
    operations {
      probability: 1
      shear { horizontal_degrees: 10 }
    }
    operations {
      probability: 0.8
      color_jitter { brightness: 0.2 hue: 0.1 }
    }
    operations {
      probability: 1
      rand_augment { operations: 2 magnitude: 9 }
    }
    operations {
      probability: 1
      normalization {}
    }
    cutmix { alpha: 1 }
  )pb");
  EXPECT_EQ(
      DescribeAugmentation(augmentation),
      "crop of 50% to 100% of the area, horizontal flip (50%), "
      "rotation up to 15 degrees, zoom 2, translation up to 10% x 20%, "
      "shear up to 10 degrees, brightness up to 20%, hue up to 10% (80%), "
      "RandAugment 2 of magnitude 9, CutMix 1");
}

TEST(AugmentationTextTest, OnlyNormalisedIsNone) {
  EXPECT_EQ(DescribeAugmentation(Parse<v1::Augmentation>(
                "operations { probability: 1 normalization {} }")),
            "none");
}

TEST(FreezeTextTest, ShowsRuleAndTotals) {
  auto preview = Parse<v1::PreviewFreezeResponse>(R"pb(
    parameters {
      parameter { name: "bert.embeddings.word" shape: 100 shape: 8 }
      frozen: true
      rule: "first_layers"
    }
    parameters {
      parameter { name: "classifier.bias" shape: 2 }
      rule: "head"
      learning_rate_factor: 0.5
      trains_from_epoch: 1
    }
    stages { backward_saved_fraction: 0.75 }
    stages { from_epoch: 1 trainable_parameter_count: 2 }
    trainable_parameter_count: 2
    frozen_parameter_count: 800
    backward_saved_fraction: 0.5
  )pb");
  EXPECT_THAT(
      RenderFreezePreview(preview),
      AllOf(HasSubstr("bert.embeddings.word  100 x 8  frozen  "),
            HasSubstr("  first_layers\n"),
            HasSubstr("2  trains after epoch 1          x 0.5  head\n"),
            HasSubstr("75.0%\n"), HasSubstr("backward pass saved: 50.0%")));
}

TEST(ResourceTextTest, WorkersCountSlotsInUse) {
  auto worker = Parse<v1::Worker>(R"pb(
    name: "workers/local"
    state: CONNECTED
    slots {
      index: 0
      purpose: TRAINING
      device: "cpu"
      running: "jobs/a"
      host_memory_limit_bytes: 1073741824
    }
    slots { index: 1 purpose: AUXILIARY device: "cpu" }
  )pb");
  EXPECT_THAT(RenderWorkers({worker}, absl::UnixEpoch()),
              AllOf(HasSubstr("1 of 1"), HasSubstr("0 of 1")));
  EXPECT_THAT(RenderWorker(worker, absl::UTCTimeZone()),
              AllOf(HasSubstr("jobs/a"), HasSubstr("1.0 GiB")));
}

}  // namespace
}  // namespace tunesmith::cli
