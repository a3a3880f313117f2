// What became of rows, why a training ended, and how a job's settings are
// shown.
#include "client/cli/render/data_text.h"

#include "absl/time/time.h"
#include "client/cli/render/evaluation_text.h"
#include "client/cli/render/event_text.h"
#include "client/cli/render/job_text.h"
#include "client/cli/render/resource_text.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

template <class Message>
Message Parse(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

constexpr char kSpam[] = R"pb(
  dataset: "datasets/spam"
  row_count: 5572
  training_rows: 4961
  validation_rows: 551
  dropped { cause: MALFORMED_ROW count: 48 }
  dropped { cause: MISSING_CELL count: 12 }
  classes { label: "ham" used: 4825 }
  classes { label: "spam" used: 493 dropped: 254 }
)pb";

TEST(DataTextTest, TheTotalsAreOneLine) {
  EXPECT_EQ(DescribeRows(Parse<v1::DataSummary>(kSpam)),
            "5,572 rows read, 5,512 used (4,961 training, 551 validation); 60 "
            "left out (1.1%): 48 MALFORMED_ROW, 12 MISSING_CELL; most of label "
            "\"spam\": 254 of 747 (34.0%)");
  EXPECT_EQ(DescribeRows(Parse<v1::DataSummary>("row_count: 10 test_rows: 10")),
            "10 rows read, 10 used (10 test)");
  EXPECT_EQ(DescribeRows({}), "0 rows read, 0 used");
}

TEST(DataTextTest, ALabelThatLostNoMoreThanOthersIsNotNamed) {
  EXPECT_THAT(DescribeRows(Parse<v1::DataSummary>(R"pb(
                row_count: 100
                training_rows: 90
                dropped { cause: MISSING_CELL count: 10 }
                classes { label: "a" used: 45 dropped: 5 }
                classes { label: "b" used: 45 dropped: 5 }
              )pb")),
              Not(HasSubstr("label")));
}

TEST(DataTextTest, LogsSeeItAndWatchersReadTheFinding) {
  v1::JobEvent event;
  *event.mutable_data_summary() = Parse<v1::DataSummary>(kSpam);
  EXPECT_FALSE(IsForWatchers(event));
  EXPECT_THAT(RenderEvent(event), HasSubstr("datasets/spam: 5,572 rows read"));
}

TEST(JobTextTest, SettingsThatDecideAResultAreShown) {
  auto job = Parse<v1::Job>(R"pb(
    name: "jobs/a"
    state: SUCCEEDED
    output_model: "models/a"
    resolved_spec {
      base_model: "models/m"
      task {
        text_classification {
          text_column: "v2"
          label_column: "v1"
          max_length: 128
          labels: [ "ham", "spam\302\240" ]
          class_weights { table { weights { label: "ham" weight: 0.5 } } }
        }
      }
      data {
        training: "datasets/spam"
        split_column: "part"
        validation_fraction: 0
        cleaning { max_dropped_fraction: 0.05 label_normalization: FOLD }
      }
      hyperparameters { epochs: 10 label_smoothing: 0.1 }
      evaluation {
        primary_metric: MACRO_F1
        keep_best: true
        early_stopping { patience: 2 min_delta: 0.001 }
      }
      checkpoints { retention { seconds: 604800 } }
    }
    early_stop { step: 90 epoch: 3 best_step: 30 best_value: 0.9 }
  )pb");
  *job.add_data() = Parse<v1::DataSummary>(kSpam);
  const std::string text = RenderJob(job, absl::UTCTimeZone());
  for (const char* line :
       {"split by          column part\n", "rows left out     at most 5.0%\n",
        "labels are        trimmed, letter case folded\n",
        "labels            ham, spam\\u00a0\n", "class weights     ham 0.5\n",
        "label smoothing   0.1\n",
        "keeps             the epoch of the best macro F1\n",
        "stops early       after 2 epochs without a better macro F1 (by "
        "0.001)\n",
        "checkpoints stay  7d after its end\n",
        "stopped early     after epoch 3 of 10, best after epoch 1\n",
        "rows              datasets/spam: 5,572 rows read"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("split off")));
  EXPECT_THAT(RenderJobReport(job),
              HasSubstr("Stopped early after epoch 3 of 10, best after epoch "
                        "1.\nThe model is models/a."));
}

TEST(JobTextTest, AnEarlyEndInStepsIsToldInSteps) {
  auto job = Parse<v1::Job>(R"pb(
    resolved_spec { hyperparameters { max_steps: 1000 } }
    early_stop { step: 300 epoch: 3 best_step: 100 }
  )pb");
  EXPECT_THAT(RenderJobReport(job),
              HasSubstr("after step 300 of 1,000, best after step 100"));
}

TEST(JobTextTest, ManyLabelsAndClassesAreCut) {
  v1::Job job;
  v1::Evaluation evaluation;
  for (int i = 0; i < 1000; ++i) {
    job.mutable_resolved_spec()
        ->mutable_task()
        ->mutable_text_classification()
        ->add_labels(absl::StrCat("label", i));
    v1::ClassMetrics& metrics = *evaluation.add_classes();
    metrics.set_label(absl::StrCat("label", i));
    metrics.set_f1(i == 500 ? 0 : 0.5);
  }
  EXPECT_THAT(
      RenderJob(job, absl::UTCTimeZone()),
      AllOf(HasSubstr("label19, and 980 more"), Not(HasSubstr("label20"))));
  EXPECT_THAT(RenderClasses(evaluation),
              AllOf(HasSubstr("the 40 of 1,000 classes with the lowest F1\n"),
                    HasSubstr("label500"), Not(HasSubstr("label501"))));
}

TEST(JobTextTest, AMeasuredModelHasNoBefore) {
  auto job = Parse<v1::Job>(R"pb(
    name: "jobs/e"
    state: SUCCEEDED
    resolved_spec {
      purpose: EVALUATE
      base_model: "models/a"
      task { text_classification { text_column: "text" label_column: "label" } }
      data { test: "datasets/t" }
    }
    evaluations {
      phase: FINAL
      split: TEST
      accuracy: 0.75
      example_count: 4
      classes { label: "a" f1: 0.5 support: 4 }
      confusion_matrix: 4
    }
  )pb");
  EXPECT_THAT(RenderJob(job, absl::UTCTimeZone()),
              AllOf(HasSubstr("measures  "), HasSubstr("test data"),
                    Not(HasSubstr("frozen")), Not(HasSubstr("training data"))));
  EXPECT_THAT(
      RenderJobReport(job),
      AllOf(HasSubstr("test (4 rows)  accuracy     75.0%\n"),
            HasSubstr("On test data:"), Not(HasSubstr("before")),
            Not(HasSubstr("The model is")), HasSubstr("tunesmith get jobs/e")));
}

TEST(DatasetTextTest, RowsThatCannotBeUsedAndTheFormatAreShown) {
  auto dataset = Parse<v1::Dataset>(R"pb(
    name: "datasets/spam"
    state: READY
    row_count: 5512
    unusable_row_count: 60
    format {
      kind: CSV
      delimiter: ";"
      quoted: false
      header: false
      encoding: WINDOWS_1252
    }
    columns {
      name: "label"
      values { value: "spam " count: 3 }
      distinct_count: 1
    }
  )pb");
  EXPECT_THAT(
      RenderDataset(dataset, absl::UTCTimeZone()),
      AllOf(
          HasSubstr("format         CSV, delimiter \";\", not quoted, without "
                    "a header, WINDOWS_1252\n"),
          HasSubstr("unusable rows  60\n"), HasSubstr("spam\\u0020 (3)")));
  EXPECT_THAT(RenderDatasets({dataset}, absl::UnixEpoch()),
              AllOf(HasSubstr("UNUSABLE"), HasSubstr("5,512")));
  EXPECT_THAT(SummarizeDataset(dataset),
              HasSubstr("5,512 rows and 60 that cannot be used"));
  dataset.clear_unusable_row_count();
  dataset.mutable_format()->set_delimiter(",");
  dataset.mutable_format()->set_quoted(true);
  dataset.mutable_format()->set_header(true);
  dataset.mutable_format()->clear_encoding();
  EXPECT_THAT(RenderDataset(dataset, absl::UTCTimeZone()),
              AllOf(HasSubstr("CSV\n"), Not(HasSubstr("unusable"))));
  // What is not read yet has no number of rows.
  dataset.set_state(v1::Dataset::INSPECTING);
  dataset.clear_row_count();
  EXPECT_THAT(RenderDataset(dataset, absl::UTCTimeZone()),
              HasSubstr("rows      -\n"));
}

}  // namespace
}  // namespace tunesmith::cli
