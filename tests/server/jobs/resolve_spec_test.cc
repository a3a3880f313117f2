#include "server/jobs/resolve_spec.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/server/jobs/resolve_spec_fixture.h"

namespace tunesmith::server {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(ResolveSpecTest, SpellsOutEveryDefault) {
  ResolvedSpec resolved = Resolve();
  EXPECT_THAT(resolved.violations, IsEmpty());
  EXPECT_THAT(resolved.unchecked, IsEmpty());
  const v1::JobSpec& spec = resolved.spec;
  const auto& text = spec.task().text_classification();
  EXPECT_EQ(text.text_column(), "text");
  EXPECT_EQ(text.label_column(), "label");
  EXPECT_EQ(text.max_length(), 256);
  EXPECT_THAT(text.labels(), ElementsAre("neg", "pos"));
  EXPECT_TRUE(text.class_weights().has_table());
  EXPECT_DOUBLE_EQ(spec.data().validation_fraction(), 0.1);
  EXPECT_EQ(spec.data().order(), v1::Data::LENGTH_GROUPED);
  EXPECT_EQ(spec.data().cleaning().incomplete_rows(),
            v1::CleaningPolicy::DROP_ROW);
  EXPECT_EQ(spec.data().cleaning().malformed_rows(), v1::CleaningPolicy::FAIL);
  EXPECT_DOUBLE_EQ(spec.data().cleaning().max_dropped_fraction(), 0.01);
  EXPECT_EQ(spec.data().cleaning().label_normalization(),
            v1::CleaningPolicy::NONE);
  EXPECT_TRUE(spec.data().group_duplicates());
  EXPECT_FALSE(spec.data().has_split_column());
  EXPECT_EQ(spec.purpose(), v1::JobSpec::FINE_TUNE);
  EXPECT_FALSE(spec.checkpoints().has_retention());
  const v1::Hyperparameters& values = spec.hyperparameters();
  EXPECT_DOUBLE_EQ(values.epochs(), 3);
  EXPECT_EQ(values.batch_size(), 32);
  EXPECT_DOUBLE_EQ(values.learning_rate(), 5e-5);
  EXPECT_DOUBLE_EQ(values.adamw().beta2(), 0.999);
  EXPECT_TRUE(values.schedule().has_linear());
  EXPECT_TRUE(values.has_label_smoothing());
  EXPECT_EQ(values.precision(), v1::Hyperparameters::AUTO);
  EXPECT_TRUE(values.deterministic());
  EXPECT_DOUBLE_EQ(values.dropout(), 0.1);
  EXPECT_TRUE(spec.freeze().has_none());
  EXPECT_TRUE(spec.evaluation().baseline());
  EXPECT_TRUE(spec.evaluation().keep_best());
  EXPECT_EQ(spec.evaluation().primary_metric(), v1::EvaluationPolicy::ACCURACY);
  EXPECT_FALSE(spec.evaluation().has_early_stopping());
  EXPECT_TRUE(spec.resources().has_device_memory_bytes());
  EXPECT_EQ(spec.resources().device_memory_bytes(), 0);
  EXPECT_EQ(spec.seed(), 42);
  EXPECT_EQ(spec.max_attempts(), 3);
  EXPECT_FALSE(spec.has_max_run_time());
}

TEST_F(ResolveSpecTest, PicturesHaveDefaultsOfTheirOwn) {
  UsePictures();
  ResolvedSpec resolved = Resolve();
  EXPECT_THAT(resolved.violations, IsEmpty());
  const v1::JobSpec& spec = resolved.spec;
  const auto& task = spec.task().image_classification();
  EXPECT_EQ(task.image_column(), "image");
  EXPECT_EQ(task.label_column(), "label");
  EXPECT_THAT(task.labels(), ElementsAre("neg", "pos"));
  EXPECT_FALSE(spec.task().has_text_classification());
  EXPECT_EQ(spec.data().order(), v1::Data::SHUFFLED);
  EXPECT_DOUBLE_EQ(spec.hyperparameters().epochs(), 10);
  EXPECT_DOUBLE_EQ(spec.hyperparameters().learning_rate(), 2e-4);
}

TEST_F(ResolveSpecTest, RecipesAreSpelledOut) {
  UsePictures();
  spec_.set_recipe(v1::JobSpec::FEATURE_EXTRACTION);
  v1::JobSpec spec = Resolve().spec;
  EXPECT_TRUE(spec.freeze().has_backbone());
  EXPECT_DOUBLE_EQ(spec.hyperparameters().epochs(), 30);
  EXPECT_DOUBLE_EQ(spec.hyperparameters().learning_rate(), 1e-3);
  EXPECT_EQ(spec.augmentation().operations_size(), 1);
  EXPECT_EQ(spec.features().views(), 1);
  EXPECT_TRUE(spec.features().cache());

  spec_.set_recipe(v1::JobSpec::FINE_TUNE_HEAD_THEN_BODY);
  spec = Resolve().spec;
  EXPECT_EQ(spec.freeze().head_first().epochs(), 1);
  EXPECT_DOUBLE_EQ(spec.hyperparameters().layer_decay(), 0.8);
  EXPECT_DOUBLE_EQ(spec.hyperparameters().learning_rate(), 5e-4);
  EXPECT_EQ(spec.augmentation().operations_size(), 3);
  EXPECT_EQ(spec.features().views(), 4);

  spec_.clear_recipe();
  spec = Resolve().spec;
  EXPECT_EQ(spec.recipe(), v1::JobSpec::FULL);
  EXPECT_TRUE(spec.freeze().has_none());
}

TEST_F(ResolveSpecTest, WhatIsSetCountsMoreThanTheRecipe) {
  UsePictures();
  spec_.set_recipe(v1::JobSpec::FEATURE_EXTRACTION);
  spec_.mutable_freeze()->mutable_first_layers()->set_count(1);
  spec_.mutable_augmentation();
  spec_.mutable_hyperparameters()->set_learning_rate(0.5);
  v1::JobSpec spec = Resolve().spec;
  EXPECT_TRUE(spec.freeze().has_first_layers());
  EXPECT_DOUBLE_EQ(spec.hyperparameters().learning_rate(), 0.5);
  EXPECT_EQ(spec.augmentation().operations_size(), 1);
}

TEST_F(ResolveSpecTest, ARecipeIsWhatTheFreezePolicyAmountsTo) {
  UsePictures();
  spec_.mutable_freeze()->mutable_backbone();
  EXPECT_EQ(Resolve().spec.recipe(), v1::JobSpec::FEATURE_EXTRACTION);
  spec_.mutable_freeze()->mutable_head_first()->set_epochs(2);
  EXPECT_EQ(Resolve().spec.recipe(), v1::JobSpec::FINE_TUNE_HEAD_THEN_BODY);
}

TEST_F(ResolveSpecTest, FamiliesBearOtherRates) {
  UsePictures();
  model_.set_family("vit");
  EXPECT_DOUBLE_EQ(Resolve().spec.hyperparameters().learning_rate(), 5e-5);
  spec_.mutable_freeze()->mutable_backbone();
  EXPECT_DOUBLE_EQ(Resolve().spec.hyperparameters().learning_rate(), 1e-3);
}

TEST_F(ResolveSpecTest, NormalizationThatWasFoldedStays) {
  UsePictures();
  EXPECT_FALSE(Resolve().spec.freeze().normalization());
  model_.set_folded_normalization(true);
  EXPECT_TRUE(Resolve().spec.freeze().normalization());
  // Alone it goes with the recipe's policy.
  spec_.mutable_freeze()->set_normalization(false);
  v1::JobSpec spec = Resolve().spec;
  EXPECT_FALSE(spec.freeze().normalization());
  EXPECT_TRUE(spec.freeze().has_none());
}

TEST_F(ResolveSpecTest, NormalizationIsTheModelsOwn) {
  UsePictures();
  spec_.mutable_augmentation()->add_operations()->mutable_vertical_flip();
  model_.mutable_image_input()->add_mean(0.5);
  ResolvedSpec resolved = Resolve();
  EXPECT_THAT(resolved.violations, IsEmpty());
  const v1::Augmentation& augmentation = resolved.spec.augmentation();
  ASSERT_EQ(augmentation.operations_size(), 2);
  EXPECT_EQ(augmentation.operations(0).probability(), 0.5);
  EXPECT_THAT(augmentation.operations(1).normalization().mean(),
              ElementsAre(0.5));
}

TEST_F(ResolveSpecTest, ATaskIsForDataOfItsKind) {
  training_.mutable_format()->set_kind(v1::DatasetFormat::IMAGES);
  ExpectOne("data.training", "holds pictures", v1::ERROR_REASON_INVALID_FIELD);
  UsePictures();
  training_.mutable_format()->set_kind(v1::DatasetFormat::CSV);
  ExpectOne("data.training", "is a table", v1::ERROR_REASON_INVALID_FIELD);
}

TEST_F(ResolveSpecTest, AModelIsForItsTask) {
  UsePictures();
  model_.set_tasks(0, v1::TEXT_CLASSIFICATION);
  ExpectOne("base_model", "does not support image classification",
            v1::ERROR_REASON_TASK_NOT_SUPPORTED);
}

TEST_F(ResolveSpecTest, AResolvedSpecResolvesToItself) {
  UseValidation();
  spec_.mutable_evaluation()->mutable_early_stopping();
  spec_.mutable_freeze()->mutable_first_layers()->set_count(1);
  ResolvedSpec once = Resolve();
  EXPECT_THAT(CheckSpec(once.spec, ""), IsEmpty());
  ResolvedSpec twice = ResolveSpec(once.spec, Inputs(), "job.spec");
  EXPECT_TRUE(MessageDifferencer::Equals(once.spec, twice.spec));
}

TEST_F(ResolveSpecTest, WhatIsSetStays) {
  spec_.mutable_hyperparameters()->set_max_steps(7);
  spec_.mutable_hyperparameters()->set_dropout(0);
  spec_.mutable_hyperparameters()->mutable_schedule()->mutable_cosine();
  spec_.set_seed(0);
  ResolvedSpec resolved = Resolve();
  EXPECT_EQ(resolved.spec.hyperparameters().max_steps(), 7);
  EXPECT_EQ(resolved.spec.hyperparameters().dropout(), 0);
  EXPECT_TRUE(resolved.spec.hyperparameters().schedule().has_cosine());
  EXPECT_EQ(resolved.spec.seed(), 0);
}

TEST_F(ResolveSpecTest, TheHeadAloneLearnsFaster) {
  spec_.mutable_freeze()->mutable_backbone();
  EXPECT_DOUBLE_EQ(Resolve().spec.hyperparameters().learning_rate(), 3e-3);
  EXPECT_DOUBLE_EQ(Resolve().spec.hyperparameters().epochs(), 30);
  // The same table, said otherwise.
  spec_.mutable_freeze()->mutable_patterns()->add_frozen("bert.*");
  EXPECT_DOUBLE_EQ(Resolve().spec.hyperparameters().learning_rate(), 3e-3);
}

TEST_F(ResolveSpecTest, WithoutValidationTheLastWeightsAreKept) {
  spec_.mutable_data()->set_validation_fraction(0);
  EXPECT_FALSE(Resolve().spec.evaluation().keep_best());
}

TEST_F(ResolveSpecTest, ValidationDataMeanThatNothingIsSplitOff) {
  UseValidation();
  EXPECT_EQ(Resolve().spec.data().validation_fraction(), 0);
}

TEST_F(ResolveSpecTest, TheModelsLimitBoundsTheLength) {
  model_.set_max_sequence_length(128);
  EXPECT_EQ(Resolve().spec.task().text_classification().max_length(), 128);
  task().set_max_length(129);
  ExpectOne("task.text_classification.max_length", "must be at most 128",
            v1::ERROR_REASON_INVALID_FIELD);
}

TEST_F(ResolveSpecTest, AModelThatCannotClassifyIsRefused) {
  model_.clear_tasks();
  ExpectOne("base_model", "does not support text classification",
            v1::ERROR_REASON_TASK_NOT_SUPPORTED);
}

TEST_F(ResolveSpecTest, AnUnknownColumnGetsAHintAndTheList) {
  task().set_text_column("txet");
  ExpectOne("task.text_classification.text_column",
            "unknown column of datasets/train: \"txet\" (did you mean "
            "\"text\"? columns: \"text\", \"label\")",
            v1::ERROR_REASON_UNKNOWN_COLUMN);
}

TEST_F(ResolveSpecTest, EveryDatasetMustHaveTheColumns) {
  UseValidation();
  validation_.mutable_columns(1)->set_name("class");
  ExpectOne("task.text_classification.label_column",
            "unknown column of datasets/val", v1::ERROR_REASON_UNKNOWN_COLUMN);
}

TEST_F(ResolveSpecTest, NestedColumnsCannotBeUsed) {
  training_.mutable_columns(0)->set_type(v1::DatasetColumn::OTHER);
  ExpectOne("task.text_classification.text_column", "nested or binary",
            v1::ERROR_REASON_INVALID_FIELD);
}

TEST_F(ResolveSpecTest, OneClassIsTooFew) {
  training_ = SampleDataset("datasets/train", {{"pos", 60}});
  ExpectOne("task.text_classification.label_column",
            "must hold at least 2 labels, got: 1",
            v1::ERROR_REASON_BAD_CLASS_COUNT);
}

TEST_F(ResolveSpecTest, AColumnThatIsNoneOfLabelsIsRefused) {
  auto& label = *training_.mutable_columns(1);
  label.clear_distinct_count();
  label.clear_values();
  training_.set_row_count(8191);
  ExpectOne("task.text_classification.label_column",
            "too many distinct values to be labels, more than 4096 in 8191",
            v1::ERROR_REASON_BAD_CLASS_COUNT);
  label.set_distinct_count(10);
  label.set_mean_bytes(300);
  ExpectOne("task.text_classification.label_column", "too long for labels",
            v1::ERROR_REASON_BAD_CLASS_COUNT);
}

TEST_F(ResolveSpecTest, MoreClassesThanAreListedAreLeftToTheTrainer) {
  auto& label = *training_.mutable_columns(1);
  label.clear_distinct_count();
  label.clear_values();
  label.set_mean_bytes(12);
  training_.set_row_count(500000);
  ResolvedSpec resolved = Resolve();
  EXPECT_THAT(resolved.violations, IsEmpty());
  EXPECT_THAT(resolved.unchecked, IsEmpty());
  EXPECT_THAT(resolved.spec.task().text_classification().labels(), IsEmpty());
}

TEST_F(ResolveSpecTest, WholeNumbersAreLabelsByValue) {
  training_ = SampleDataset("datasets/train",
                            {{"10", 5}, {"9", 5}, {"-1", 5}, {"0", 5}});
  EXPECT_THAT(Resolve().spec.task().text_classification().labels(),
              ElementsAre("-1", "0", "9", "10"));
  training_ = SampleDataset("datasets/train", {{"10", 5}, {"9", 5}, {"a", 5}});
  EXPECT_THAT(Resolve().spec.task().text_classification().labels(),
              ElementsAre("10", "9", "a"));
}

TEST_F(ResolveSpecTest, PicturesInFoldersOfSplitsAreSplitByThem) {
  UsePictures();
  AddColumn("split", {{"train", 80}, {"val", 20}});
  ResolvedSpec resolved = Resolve();
  EXPECT_THAT(resolved.violations, IsEmpty());
  const v1::Data& data = resolved.spec.data();
  EXPECT_EQ(data.split_column(), "split");
  EXPECT_EQ(data.validation_fraction(), 0);
  EXPECT_TRUE(resolved.spec.evaluation().keep_best());
  // Which labels the training rows have, the trainer finds.
  EXPECT_THAT(resolved.spec.task().image_classification().labels(), IsEmpty());

  spec_.mutable_data()->set_split_column("");
  resolved = Resolve();
  EXPECT_EQ(resolved.spec.data().split_column(), "");
  EXPECT_DOUBLE_EQ(resolved.spec.data().validation_fraction(), 0.1);

  spec_.mutable_data()->clear_split_column();
  training_.mutable_format()->set_manifest("rows.csv");
  EXPECT_FALSE(Resolve().spec.data().has_split_column());
  training_.mutable_format()->clear_manifest();
  UseValidation();
  *validation_.mutable_format() = training_.format();
  validation_.mutable_columns(0)->set_name("image");
  EXPECT_FALSE(Resolve().spec.data().has_split_column());
}

TEST_F(ResolveSpecTest, ATableIsSplitByAColumnOnlyWhereItIsNamed) {
  AddColumn("part", {{"Train", 80}, {"TEST", 20}});
  EXPECT_FALSE(Resolve().spec.data().has_split_column());
  spec_.mutable_data()->set_split_column("part");
  ResolvedSpec resolved = Resolve();
  EXPECT_THAT(resolved.violations, IsEmpty());
  // There are test rows, and none to validate on: some are split off.
  EXPECT_DOUBLE_EQ(resolved.spec.data().validation_fraction(), 0.1);
  spec_.mutable_data()->set_validation_fraction(0);
  EXPECT_FALSE(Resolve().spec.evaluation().keep_best());
  spec_.mutable_evaluation()->set_keep_best(true);
  ExpectOne("evaluation.keep_best", "column \"part\" holds none",
            v1::ERROR_REASON_INVALID_FIELD);
  spec_.mutable_evaluation()->set_keep_best(false);
  spec_.mutable_evaluation()->mutable_early_stopping();
  ExpectOne("evaluation.early_stopping", "needs validation data",
            v1::ERROR_REASON_INVALID_FIELD);
}

TEST_F(ResolveSpecTest, ASplitColumnHoldsNamesOfSplits) {
  spec_.mutable_data()->set_split_column("aprt");
  v1::DatasetColumn& part = AddColumn("part", {{"train", 80}, {"dev", 20}});
  ExpectOne("data.split_column", "did you mean \"part\"?",
            v1::ERROR_REASON_UNKNOWN_COLUMN);
  spec_.mutable_data()->set_split_column("part");
  EXPECT_THAT(Resolve().violations, IsEmpty());
  spec_.mutable_data()->set_validation_fraction(0.2);
  ExpectOne("data.validation_fraction", "leave it out",
            v1::ERROR_REASON_INVALID_FIELD);
  spec_.mutable_data()->clear_validation_fraction();
  part.mutable_values(1)->set_value("holdout");
  ExpectOne("data.split_column", "got: \"holdout\"",
            v1::ERROR_REASON_INVALID_FIELD);
  part.mutable_values()->DeleteSubrange(0, 2);
  ExpectOne("data.split_column", "too many values",
            v1::ERROR_REASON_INVALID_FIELD);
  part.add_values()->set_value("val");
  ExpectOne("data.split_column", "of no row that it is train",
            v1::ERROR_REASON_EMPTY_DATASET);
}

TEST_F(ResolveSpecTest, PicturesHaveTheModelsSizeUnlessTheJobSaysOtherwise) {
  UsePictures();
  model_.mutable_image_input()->set_size(224);
  EXPECT_EQ(Resolve().spec.task().image_classification().image_size(), 224);
  spec_.mutable_task()->mutable_image_classification()->set_image_size(384);
  EXPECT_EQ(Resolve().spec.task().image_classification().image_size(), 384);
}

TEST_F(ResolveSpecTest, ValidationHoldsNoLabelThatTrainingLacks) {
  UseValidation();
  validation_ = SampleDataset("datasets/val", {{"pos", 1}, {"neutral", 1}});
  ExpectOne("data.validation", "\"neutral\"", v1::ERROR_REASON_UNKNOWN_LABEL);
}

TEST_F(ResolveSpecTest, LabelsThatOnlyLookAlikeAreToldApart) {
  UseValidation();
  validation_ = SampleDataset("datasets/val", {{"pos\u00a0", 1}, {" neg", 1}});
  ExpectOne("data.validation",
            "training data do not: \"\\u0020neg\", \"pos\\u00a0\" "
            "(data.cleaning.label_normalization TRIM matches all of them)",
            v1::ERROR_REASON_UNKNOWN_LABEL);
  validation_ = SampleDataset("datasets/val", {{"POS", 1}, {"Neg", 1}});
  ExpectOne("data.validation", "label_normalization FOLD matches all of them",
            v1::ERROR_REASON_UNKNOWN_LABEL);
  spec_.mutable_data()->mutable_cleaning()->set_label_normalization(
      v1::CleaningPolicy::FOLD);
  ResolvedSpec resolved = Resolve();
  EXPECT_THAT(resolved.violations, IsEmpty());
  // Letters beyond ASCII, and their composition, are the trainer's affair.
  validation_ = SampleDataset("datasets/val", {{"caf\u00c9", 1}, {"+pos", 1}});
  ExpectOne("data.validation", "do not: \"+pos\"",
            v1::ERROR_REASON_UNKNOWN_LABEL);
  // What the labels are in the end, the trainer finds.
  EXPECT_THAT(resolved.spec.task().text_classification().labels(), IsEmpty());
}

TEST_F(ResolveSpecTest, SpellingsOfOneNumberAreOneLabelWhereTrimmed) {
  UseValidation();
  training_ = SampleDataset("datasets/train", {{"0", 50}, {"1", 50}});
  validation_ = SampleDataset("datasets/val",
                              {{"1.0", 1}, {"01", 1}, {"+1", 1}, {"0e0", 1}});
  ExpectOne("data.validation", "TRIM matches all of them",
            v1::ERROR_REASON_UNKNOWN_LABEL);
  spec_.mutable_data()->mutable_cleaning()->set_label_normalization(
      v1::CleaningPolicy::TRIM);
  EXPECT_THAT(Resolve().violations, IsEmpty());
  validation_ = SampleDataset("datasets/val", {{"1.5", 1}, {"e", 1}});
  ExpectOne("data.validation", "\"1.5\", \"e\"",
            v1::ERROR_REASON_UNKNOWN_LABEL);
}

TEST_F(ResolveSpecTest, LabelsForAPartOfTheHeadAreRefused) {
  for (const char* label : {"Neg", "neutral", "POS", "mixed"}) {
    model_.add_head_labels(label);
  }
  EXPECT_THAT(Resolve().violations, IsEmpty());
  // As many as training data hold: a head of its own.
  task().add_labels("pos");
  task().add_labels("neg");
  EXPECT_THAT(Resolve().violations, IsEmpty());
  task().add_labels("neutral");
  ExpectOne("task.text_classification.labels",
            "names 3 of the 4 labels of the head of models/bert: give all of "
            "them",
            v1::ERROR_REASON_INVALID_FIELD);
  task().set_labels(2, "caf\u00e9");
  EXPECT_THAT(Resolve().violations, IsEmpty());
  task().set_labels(2, "neutral");
  task().add_labels("mixed");
  EXPECT_THAT(Resolve().violations, IsEmpty());
  task().set_labels(3, "other");
  EXPECT_THAT(Resolve().violations, IsEmpty());
}

TEST_F(ResolveSpecTest, GivenLabelsKeepTheirOrderAndCoverTrainingData) {
  task().add_labels("pos");
  task().add_labels("neg");
  task().add_labels("other");
  ResolvedSpec resolved = Resolve();
  EXPECT_THAT(resolved.violations, IsEmpty());
  EXPECT_THAT(resolved.spec.task().text_classification().labels(),
              ElementsAre("pos", "neg", "other"));
  task().clear_labels();
  task().add_labels("pos");
  task().add_labels("other");
  ExpectOne("task.text_classification.labels", "missing: \"neg\"",
            v1::ERROR_REASON_UNKNOWN_LABEL);
}

TEST_F(ResolveSpecTest, WeightsAreForLabelsThatExist) {
  auto& table = *task().mutable_class_weights()->mutable_table();
  table.add_weights()->set_label("posi");
  ExpectOne("task.text_classification.class_weights.table.weights[0].label",
            "did you mean \"pos\"?", v1::ERROR_REASON_UNKNOWN_LABEL);
}

TEST_F(ResolveSpecTest, EmptyDataAreRefused) {
  training_.set_row_count(0);
  ExpectOne("data.training", "no usable row", v1::ERROR_REASON_EMPTY_DATASET);
}

TEST_F(ResolveSpecTest, ALayerThatDoesNotExistIsRefused) {
  spec_.mutable_freeze()->mutable_first_layers()->set_count(3);
  ExpectOne("freeze.first_layers.count", "must be from 0 to 2",
            v1::ERROR_REASON_INVALID_FIELD);
}

TEST_F(ResolveSpecTest, WhatIsNotReadyIsListedAndTheRestIsChecked) {
  model_.set_state(v1::Model::IMPORTING);
  task().set_text_column("body");
  ResolvedSpec resolved = Resolve();
  EXPECT_THAT(resolved.unchecked, ElementsAre(HasSubstr("models/bert")));
  EXPECT_THAT(resolved.violations, SizeIs(1));
  EXPECT_FALSE(resolved.spec.hyperparameters().has_dropout());

  training_.set_state(v1::Dataset::INSPECTING);
  resolved = Resolve();
  EXPECT_THAT(resolved.unchecked, ElementsAre(HasSubstr("datasets/train"),
                                              HasSubstr("models/bert")));
  EXPECT_THAT(resolved.violations, IsEmpty());
  EXPECT_EQ(resolved.spec.hyperparameters().batch_size(), 32);
}

}  // namespace
}  // namespace tunesmith::server
