#include "worker/trainer/wire_spec.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

namespace v1 = tunesmith::v1;

v1::DatasetFormat ResolvedCsv() {
  v1::DatasetFormat format;
  format.set_kind(v1::DatasetFormat::CSV);
  format.set_delimiter(";");
  format.set_quoted(true);
  format.set_header(false);
  format.add_column_names("text");
  format.add_column_names("label");
  return format;
}

internal::v1::TrainWork ResolvedWork() {
  internal::v1::TrainWork work;
  v1::JobSpec& spec = *work.mutable_spec();
  v1::TextClassification& task =
      *spec.mutable_task()->mutable_text_classification();
  task.set_text_column("body");
  task.set_label_column("topic");
  task.set_max_length(128);
  task.add_labels("b");
  task.add_labels("a");
  spec.set_seed(7);
  spec.mutable_data()->set_order(v1::Data::SHUFFLED);
  spec.mutable_data()->set_validation_fraction(0.25);
  spec.mutable_data()->mutable_cleaning()->set_incomplete_rows(
      v1::CleaningPolicy::FAIL);
  spec.mutable_data()->mutable_cleaning()->set_malformed_rows(
      v1::CleaningPolicy::DROP_ROW);
  v1::Hyperparameters& hyper = *spec.mutable_hyperparameters();
  hyper.set_max_steps(11);
  hyper.set_batch_size(4);
  hyper.set_learning_rate(0.5);
  hyper.set_weight_decay(0.25);
  hyper.mutable_adamw()->set_beta1(0.8);
  hyper.mutable_adamw()->set_beta2(0.95);
  hyper.mutable_adamw()->set_epsilon(1e-6);
  hyper.mutable_schedule()->mutable_cosine();
  hyper.set_warmup_fraction(0);
  hyper.set_max_gradient_norm(0);
  hyper.set_label_smoothing(0.1);
  hyper.set_precision(v1::Hyperparameters::AUTO);
  hyper.set_dropout(0);
  spec.mutable_evaluation()->set_baseline(false);
  spec.mutable_evaluation()->set_keep_best(false);
  spec.mutable_evaluation()->set_primary_metric(v1::EvaluationPolicy::LOSS);
  v1::ParameterFreeze& row = *work.add_parameters();
  row.mutable_parameter()->set_name("bert.pooler.dense.bias");
  row.set_frozen(true);
  work.mutable_training()->set_name("datasets/one");
  *work.mutable_training()->mutable_format() = ResolvedCsv();
  return work;
}

TEST(WireSpecTest, FormatKeepsEveryField) {
  auto format = ToTableFormat(ResolvedCsv());
  ASSERT_TRUE(format.ok()) << format.status();
  EXPECT_EQ(format->kind, TableKind::kCsv);
  EXPECT_EQ(format->delimiter, ';');
  EXPECT_TRUE(format->quoted);
  EXPECT_FALSE(format->header);
  EXPECT_THAT(format->column_names, ElementsAre("text", "label"));
}

TEST(WireSpecTest, FormatsHaveTheirEncoding) {
  v1::DatasetFormat wire = ResolvedCsv();
  EXPECT_EQ(ToTableFormat(wire)->encoding, TextEncoding::kDetect);
  wire.set_encoding(v1::DatasetFormat::WINDOWS_1252);
  EXPECT_EQ(ToTableFormat(wire)->encoding, TextEncoding::kWindows1252);
  wire.set_kind(v1::DatasetFormat::JSON);
  wire.set_encoding(v1::DatasetFormat::UTF_16BE);
  EXPECT_EQ(ToTableFormat(wire)->kind, TableKind::kJson);
  EXPECT_EQ(ToTableFormat(wire)->encoding, TextEncoding::kUtf16Be);
  wire.set_encoding(static_cast<v1::DatasetFormat::Encoding>(77));
  EXPECT_EQ(ToTableFormat(wire).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(WireSpecTest, UnresolvedFormatIsInternal) {
  EXPECT_EQ(ToTableFormat(v1::DatasetFormat()).status().code(),
            absl::StatusCode::kInternal);
}

TEST(WireSpecTest, TrainingOptionsKeepZerosThatWereSet) {
  auto options = ToTrainingOptions(ResolvedWork());
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->seed, 7);
  EXPECT_FALSE(options->epochs.has_value());
  EXPECT_EQ(options->max_steps, 11);
  EXPECT_EQ(options->batch_size, 4);
  EXPECT_EQ(options->learning_rate, 0.5);
  EXPECT_EQ(options->weight_decay, 0.25);
  EXPECT_EQ(options->beta1, 0.8);
  EXPECT_EQ(options->beta2, 0.95);
  EXPECT_EQ(options->epsilon, 1e-6);
  EXPECT_EQ(options->schedule.kind, ScheduleKind::kCosine);
  EXPECT_EQ(options->schedule.warmup_fraction, 0);
  EXPECT_EQ(options->max_gradient_norm, 0);
  EXPECT_EQ(options->label_smoothing, 0.1);
  EXPECT_EQ(options->dropout, 0);
  EXPECT_EQ(options->precision, Precision::kFp32);
  EXPECT_EQ(options->order, BatchOrder::kShuffled);
  EXPECT_FALSE(options->evaluate_baseline);
  EXPECT_FALSE(options->keep_best);
  EXPECT_EQ(options->primary_metric, PrimaryMetric::kLoss);
  EXPECT_FALSE(options->early_stopping.has_value());
  ASSERT_EQ(options->parameters.size(), 1u);
  EXPECT_EQ(options->parameters[0].name, "bert.pooler.dense.bias");
  EXPECT_TRUE(options->parameters[0].frozen);
}

TEST(WireSpecTest, WhatSamplesAreCutOrScaledToIsKept) {
  internal::v1::TrainWork work = ResolvedWork();
  EXPECT_EQ(ToTrainingOptions(work)->max_length, 128);
  EXPECT_EQ(ToTrainingOptions(work)->image_size, std::nullopt);
  work.mutable_spec()->mutable_task()->mutable_image_classification();
  EXPECT_EQ(ToTrainingOptions(work)->max_length, std::nullopt);
  EXPECT_EQ(ToTrainingOptions(work)->image_size, std::nullopt);
  work.mutable_spec()
      ->mutable_task()
      ->mutable_image_classification()
      ->set_image_size(192);
  EXPECT_EQ(ToTrainingOptions(work)->image_size, 192);
}

TEST(WireSpecTest, EarlierExecutionDecidesThePrecision) {
  internal::v1::TrainWork work = ResolvedWork();
  work.mutable_execution()->set_precision(v1::Hyperparameters::BF16);
  EXPECT_EQ(ToTrainingOptions(work)->precision, Precision::kBf16);
  work.mutable_spec()->mutable_hyperparameters()->set_precision(
      v1::Hyperparameters::BF16);
  work.mutable_execution()->set_precision(v1::Hyperparameters::FP32);
  EXPECT_EQ(ToTrainingOptions(work)->precision, Precision::kFp32);
}

TEST(WireSpecTest, PrecisionsGoAndComeBack) {
  internal::v1::TrainWork work = ResolvedWork();
  for (Precision precision :
       {Precision::kFp32, Precision::kBf16, Precision::kTf32}) {
    work.mutable_spec()->mutable_hyperparameters()->set_precision(
        ToWire(precision));
    EXPECT_EQ(ToTrainingOptions(work)->precision, precision);
  }
}

TEST(WireSpecTest, TheSpecSaysWhetherSumsHaveAFixedOrder) {
  internal::v1::TrainWork work = ResolvedWork();
  for (bool deterministic : {false, true}) {
    work.mutable_spec()->mutable_hyperparameters()->set_deterministic(
        deterministic);
    EXPECT_EQ(ToTrainingOptions(work)->deterministic, deterministic);
  }
}

TEST(WireSpecTest, RequestTakesColumnsLabelsAndPolicy) {
  auto request = ToClassificationRequest(ResolvedWork());
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->training.name, "datasets/one");
  EXPECT_EQ(request->sample_column, "body");
  EXPECT_EQ(request->label_column, "topic");
  EXPECT_THAT(request->labels, ElementsAre("b", "a"));
  EXPECT_EQ(request->validation_fraction, 0.25);
  EXPECT_EQ(request->policy.incomplete_rows, RowAction::kFail);
  EXPECT_EQ(request->policy.malformed_rows, RowAction::kDropRow);
  EXPECT_FALSE(request->validation.has_value());
  EXPECT_EQ(request->split_column, "");
  EXPECT_TRUE(request->group_duplicates);
  EXPECT_EQ(request->policy.max_dropped_fraction, 0.01);
  EXPECT_EQ(request->policy.label_normalization, LabelNormalization::kNone);
}

TEST(WireSpecTest, RequestTakesSplitsLimitAndNormalization) {
  internal::v1::TrainWork work = ResolvedWork();
  v1::Data& data = *work.mutable_spec()->mutable_data();
  data.set_split_column("part");
  data.set_group_duplicates(false);
  data.mutable_cleaning()->set_max_dropped_fraction(0);
  data.mutable_cleaning()->set_label_normalization(v1::CleaningPolicy::FOLD);
  auto request = ToClassificationRequest(work);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->split_column, "part");
  EXPECT_FALSE(request->group_duplicates);
  EXPECT_EQ(request->policy.max_dropped_fraction, 0);
  EXPECT_EQ(request->policy.label_normalization, LabelNormalization::kFold);
  data.mutable_cleaning()->set_label_normalization(v1::CleaningPolicy::TRIM);
  EXPECT_EQ(ToClassificationRequest(work)->policy.label_normalization,
            LabelNormalization::kTrim);
}

TEST(WireSpecTest, OpenFieldsAreInternal) {
  internal::v1::TrainWork work = ResolvedWork();
  work.mutable_spec()->mutable_hyperparameters()->clear_max_steps();
  EXPECT_EQ(ToTrainingOptions(work).status().code(),
            absl::StatusCode::kInternal);
  work = ResolvedWork();
  work.mutable_spec()->mutable_data()->clear_order();
  EXPECT_EQ(ToTrainingOptions(work).status().code(),
            absl::StatusCode::kInternal);
}

TEST(WireSpecTest, ClassWeightsFollowTheLabels) {
  v1::ClassWeights weights;
  EXPECT_THAT(
      ToClassWeights(weights, {"a", "b"}, {3, 1}, LabelNormalization::kNone),
      ElementsAre(1.0, 1.0));
  v1::ClassWeights::Weight& row = *weights.mutable_table()->add_weights();
  row.set_label("b");
  row.set_weight(2.5);
  EXPECT_THAT(
      ToClassWeights(weights, {"a", "b"}, {3, 1}, LabelNormalization::kNone),
      ElementsAre(1.0, 2.5));
  row.set_label("B ");
  EXPECT_THAT(
      ToClassWeights(weights, {"a", "b"}, {3, 1}, LabelNormalization::kNone),
      ElementsAre(1.0, 1.0));
  EXPECT_THAT(
      ToClassWeights(weights, {"a", "b"}, {3, 1}, LabelNormalization::kFold),
      ElementsAre(1.0, 2.5));
  weights.mutable_balanced();
  EXPECT_THAT(
      ToClassWeights(weights, {"a", "b"}, {3, 1}, LabelNormalization::kNone),
      ElementsAre(DoubleEq(4.0 / 6), DoubleEq(2.0)));
}

}  // namespace
}  // namespace tunesmith::worker
