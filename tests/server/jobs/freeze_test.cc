#include "server/jobs/freeze.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

#include "tests/server/jobs/sample_spec.h"

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

FreezeTable Resolve(const v1::FreezePolicy& policy, int layers = 2) {
  return ResolveFreeze(policy, SampleFacts(layers), v1::TEXT_CLASSIFICATION, 3,
                       "freeze");
}

std::set<std::string> FrozenNames(const FreezeTable& table) {
  std::set<std::string> names;
  for (const auto& row : table.parameters) {
    if (row.frozen()) names.insert(row.parameter().name());
  }
  return names;
}

TEST(FreezeTest, NoneFreezesNothingAndFillsTheHeadsShapes) {
  v1::FreezePolicy policy;
  policy.mutable_none();
  FreezeTable table = Resolve(policy);
  EXPECT_THAT(FrozenNames(table), IsEmpty());
  ASSERT_THAT(table.parameters, SizeIs(8));
  EXPECT_THAT(table.parameters[6].parameter().shape(), ElementsAre(3, 4));
  EXPECT_THAT(table.parameters[7].parameter().shape(), ElementsAre(3));
  EXPECT_EQ(table.parameters[0].rule(), "none");
}

TEST(FreezeTest, BackboneLeavesTheHead) {
  v1::FreezePolicy policy;
  policy.mutable_backbone();
  FreezeTable table = Resolve(policy);
  EXPECT_THAT(FrozenNames(table), SizeIs(6));
  EXPECT_FALSE(FrozenNames(table).contains("classifier.weight"));
  EXPECT_TRUE(FrozenNames(table).contains("bert.pooler.dense.weight"));
}

TEST(FreezeTest, TheHeadFirstThenEverything) {
  v1::FreezePolicy policy;
  policy.mutable_head_first()->set_epochs(3);
  FreezeTable table = Resolve(policy);
  EXPECT_THAT(FrozenNames(table), IsEmpty());
  for (const auto& row : table.parameters) {
    bool head = row.parameter().block() == v1::ModelParameter::HEAD;
    EXPECT_EQ(row.trains_from_epoch(), head ? 0 : 3) << row.parameter().name();
    EXPECT_EQ(row.rule(), "head_first");
  }
}

TEST(FreezeTest, NormalizationStaysInLayersThatTrain) {
  internal::v1::ModelFacts facts = SampleFacts(2);
  facts.mutable_parameters(2)->set_normalization(true);
  const std::string name = facts.parameters(2).name();
  v1::FreezePolicy policy;
  policy.mutable_none();
  auto frozen = [&] {
    return FrozenNames(
        ResolveFreeze(policy, facts, v1::TEXT_CLASSIFICATION, 3, "freeze"));
  };
  EXPECT_THAT(frozen(), IsEmpty());
  policy.set_normalization(true);
  EXPECT_THAT(frozen(), ElementsAre(name));
  policy.mutable_head_first()->set_epochs(1);
  EXPECT_THAT(frozen(), ElementsAre(name));
}

TEST(FreezeTest, FirstLayersTakeTheEmbeddingsUnlessToldNotTo) {
  v1::FreezePolicy policy;
  policy.mutable_first_layers()->set_count(1);
  EXPECT_THAT(FrozenNames(Resolve(policy)),
              UnorderedElementsAre("bert.embeddings.word_embeddings.weight",
                                   "bert.encoder.layer.0.dense.weight",
                                   "bert.encoder.layer.0.dense.bias"));
  policy.mutable_first_layers()->set_embeddings(false);
  EXPECT_THAT(FrozenNames(Resolve(policy)),
              UnorderedElementsAre("bert.encoder.layer.0.dense.weight",
                                   "bert.encoder.layer.0.dense.bias"));
}

TEST(FreezeTest, LastLayersTrainableFreezesAllBelow) {
  v1::FreezePolicy policy;
  policy.mutable_last_layers_trainable()->set_count(1);
  EXPECT_THAT(FrozenNames(Resolve(policy)),
              UnorderedElementsAre("bert.embeddings.word_embeddings.weight",
                                   "bert.encoder.layer.0.dense.weight",
                                   "bert.encoder.layer.0.dense.bias"));
}

TEST(FreezeTest, TrainablePatternsWinAndRulesAreNamed) {
  v1::FreezePolicy policy;
  policy.mutable_patterns()->add_frozen("bert.*");
  policy.mutable_patterns()->add_trainable("*.bias");
  FreezeTable table = Resolve(policy);
  EXPECT_FALSE(FrozenNames(table).contains("bert.encoder.layer.0.dense.bias"));
  EXPECT_EQ(table.parameters[1].rule(), "patterns.frozen[0] \"bert.*\"");
  EXPECT_EQ(table.parameters[2].rule(), "patterns.trainable[0] \"*.bias\"");
  EXPECT_EQ(table.parameters[6].rule(), "patterns: none matches");
}

TEST(FreezeTest, TrainablePatternsAloneFreezeTheRest) {
  v1::FreezePolicy policy;
  policy.mutable_patterns()->add_trainable("classifier.*");
  EXPECT_THAT(FrozenNames(Resolve(policy)), SizeIs(6));
}

TEST(FreezeTest, APatternThatMatchesNothingIsNamed) {
  v1::FreezePolicy policy;
  policy.mutable_patterns()->add_frozen("bert.*");
  policy.mutable_patterns()->add_frozen("classifer.bias");
  FreezeTable table = Resolve(policy);
  ASSERT_THAT(table.violations, SizeIs(1));
  EXPECT_EQ(table.violations[0].field, "freeze.patterns.frozen[1]");
  EXPECT_THAT(table.violations[0].description,
              HasSubstr("did you mean \"classifier.bias\"?"));
  EXPECT_THAT(table.parameters, IsEmpty());
}

TEST(FreezeTest, MoreLayersThanThereAreIsAnError) {
  v1::FreezePolicy first, last;
  first.mutable_first_layers()->set_count(3);
  last.mutable_last_layers_trainable()->set_count(3);
  EXPECT_THAT(Resolve(first).violations,
              ElementsAre(FieldViolation{"freeze.first_layers.count",
                                         "must be from 0 to 2, got: 3"}));
  EXPECT_THAT(Resolve(last).violations, SizeIs(1));
}

TEST(FreezeTest, NothingLeftToTrainIsAnError) {
  v1::FreezePolicy policy;
  policy.mutable_patterns()->add_frozen("*");
  FreezeTable table = Resolve(policy);
  ASSERT_THAT(table.violations, SizeIs(1));
  EXPECT_EQ(table.violations[0].field, "freeze");
  EXPECT_THAT(table.parameters, IsEmpty());
}

TEST(FreezeTest, FirstAndLastLayersAreTheSameCutFromBothEnds) {
  for (int layers = 1; layers < 8; ++layers) {
    for (int count = 0; count <= layers; ++count) {
      v1::FreezePolicy first, last;
      first.mutable_first_layers()->set_count(count);
      last.mutable_last_layers_trainable()->set_count(layers - count);
      EXPECT_EQ(FrozenNames(Resolve(first, layers)),
                FrozenNames(Resolve(last, layers)));
    }
  }
}

TEST(FreezeTest, GradualUnfreezingGoesFromTheHeadDown) {
  v1::FreezePolicy policy;
  policy.mutable_gradual_unfreezing()->set_epochs_per_stage(2);
  FreezeTable table = Resolve(policy, 3);
  std::map<std::string, int> epochs;
  for (const auto& row : table.parameters) {
    EXPECT_FALSE(row.frozen());
    epochs[row.parameter().name()] = row.trains_from_epoch();
  }
  EXPECT_EQ(epochs["classifier.weight"], 0);
  EXPECT_EQ(epochs["bert.pooler.dense.weight"], 0);
  EXPECT_EQ(epochs["bert.encoder.layer.2.dense.bias"], 2);
  EXPECT_EQ(epochs["bert.encoder.layer.0.dense.weight"], 6);
  EXPECT_EQ(epochs["bert.embeddings.word_embeddings.weight"], 8);
}

TEST(FreezeTest, GradualUnfreezingCanTakeSeveralLayersAndLeaveTheEmbeddings) {
  v1::FreezePolicy policy;
  policy.mutable_gradual_unfreezing()->set_layers_per_stage(2);
  policy.mutable_gradual_unfreezing()->set_embeddings(false);
  FreezeTable table = Resolve(policy, 3);
  EXPECT_THAT(FrozenNames(table),
              UnorderedElementsAre("bert.embeddings.word_embeddings.weight"));
  std::set<int> epochs;
  for (const auto& row : table.parameters) {
    epochs.insert(row.trains_from_epoch());
  }
  EXPECT_THAT(epochs, ElementsAre(0, 1, 2));
  policy.mutable_gradual_unfreezing()->set_layers_per_stage(4);
  EXPECT_THAT(Resolve(policy, 3).violations, SizeIs(1));
}

double FactorOf(const FreezeTable& table, const std::string& name) {
  for (const auto& row : table.parameters) {
    if (row.parameter().name() == name) return row.learning_rate_factor();
  }
  return -1;
}

TEST(LearningRatesTest, DecayWithDepthAndFollowPatterns) {
  v1::FreezePolicy policy;
  policy.mutable_none();
  FreezeTable table = Resolve(policy);
  v1::Hyperparameters values;
  values.set_layer_decay(0.5);
  auto& first = *values.add_learning_rate_groups();
  first.set_pattern("*.layer.1.*.bias");
  first.set_factor(3);
  auto& second = *values.add_learning_rate_groups();
  second.set_pattern("*.bias");
  second.set_factor(8);
  ResolveLearningRates(values, "hyperparameters", table);
  EXPECT_THAT(table.violations, IsEmpty());
  EXPECT_EQ(FactorOf(table, "classifier.weight"), 1);
  EXPECT_EQ(FactorOf(table, "classifier.bias"), 8);
  EXPECT_EQ(FactorOf(table, "bert.encoder.layer.1.dense.weight"), 0.5);
  EXPECT_EQ(FactorOf(table, "bert.encoder.layer.1.dense.bias"), 1.5);
  EXPECT_EQ(FactorOf(table, "bert.encoder.layer.0.dense.bias"), 2);
  EXPECT_EQ(FactorOf(table, "bert.embeddings.word_embeddings.weight"), 0.125);
}

TEST(LearningRatesTest, FrozenParametersHaveNoneAndPatternsMustMatch) {
  v1::FreezePolicy policy;
  policy.mutable_backbone();
  FreezeTable table = Resolve(policy);
  v1::Hyperparameters values;
  values.add_learning_rate_groups()->set_pattern("classifer.bias");
  ResolveLearningRates(values, "hyperparameters", table);
  EXPECT_EQ(FactorOf(table, "bert.pooler.dense.weight"), 0);
  ASSERT_THAT(table.violations, SizeIs(1));
  EXPECT_EQ(table.violations[0].field,
            "hyperparameters.learning_rate_groups[0].pattern");
  EXPECT_THAT(table.violations[0].description,
              HasSubstr("did you mean \"classifier.bias\"?"));
}

// A frozen pattern more never thaws anything, and savings grow with it.
TEST(FreezeTest, MoreFrozenPatternsFreezeMore) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    internal::v1::ModelFacts facts = SampleFacts(4);
    v1::FreezePolicy policy;
    std::set<std::string> before;
    double saved = 0;
    for (int i = 0; i < 4; ++i) {
      std::string name =
          facts.parameters(random() % facts.parameters_size()).name();
      name.replace(random() % name.size(), 1, random() % 2 ? "*" : "?");
      policy.mutable_patterns()->add_frozen(name);
      FreezeTable table =
          ResolveFreeze(policy, facts, v1::TEXT_CLASSIFICATION, 2, "freeze");
      ASSERT_THAT(table.violations, IsEmpty());
      std::set<std::string> frozen = FrozenNames(table);
      EXPECT_TRUE(std::includes(frozen.begin(), frozen.end(), before.begin(),
                                before.end()));
      double now = SummarizeFreeze(table).backward_saved_fraction();
      EXPECT_GE(now, saved);
      EXPECT_LT(now, 1);
      before = frozen;
      saved = now;
    }
  }
}

TEST(FreezeSummaryTest, CountsParametersBytesAndSavedProducts) {
  v1::FreezePolicy policy;
  policy.mutable_patterns()->add_frozen("bert.embeddings.*");
  policy.mutable_patterns()->add_frozen("bert.encoder.layer.0.*");
  policy.mutable_patterns()->add_frozen("bert.pooler.*");
  v1::PreviewFreezeResponse summary = SummarizeFreeze(Resolve(policy));
  EXPECT_EQ(summary.frozen_parameter_count(), 400 + 20 + 16);
  EXPECT_EQ(summary.trainable_parameter_count(), 20 + 12 + 3);
  EXPECT_EQ(summary.frozen_bytes(), 4 * 436);
  EXPECT_EQ(summary.training_state_bytes(), 12 * 35);
  // Matrices: layers 16 and 16, pooler 16, head 12. Layer 0 saves both of its
  // products, the pooler one.
  EXPECT_DOUBLE_EQ(summary.backward_saved_fraction(),
                   (2. * 16 + 16) / (2. * 60));
}

TEST(FreezeSummaryTest, EachStageTrainsMoreAndSavesLess) {
  v1::FreezePolicy policy;
  policy.mutable_gradual_unfreezing();
  v1::PreviewFreezeResponse summary = SummarizeFreeze(Resolve(policy, 5));
  ASSERT_EQ(summary.stages_size(), 7);
  for (int i = 0; i < summary.stages_size(); ++i) {
    const v1::FreezeStage& stage = summary.stages(i);
    EXPECT_EQ(stage.from_epoch(), i);
    if (i == 0) continue;
    EXPECT_GT(stage.trainable_parameter_count(),
              summary.stages(i - 1).trainable_parameter_count());
    EXPECT_LE(stage.backward_saved_fraction(),
              summary.stages(i - 1).backward_saved_fraction());
  }
  EXPECT_EQ(summary.stages(6).trainable_parameter_count(),
            summary.trainable_parameter_count());
  EXPECT_EQ(summary.stages(6).backward_saved_fraction(), 0);
  policy.mutable_none();
  EXPECT_EQ(SummarizeFreeze(Resolve(policy)).stages_size(), 1);
}

TEST(FreezeSummaryTest, AbsurdShapesDoNotOverflow) {
  FreezeTable table;
  for (int i = 0; i < 3; ++i) {
    auto& parameter = *table.parameters.emplace_back().mutable_parameter();
    for (int j = 0; j < 4; ++j) parameter.add_shape(1LL << 60);
  }
  v1::PreviewFreezeResponse summary = SummarizeFreeze(table);
  EXPECT_EQ(summary.trainable_parameter_count(), INT64_MAX);
  EXPECT_EQ(summary.trainable_bytes(), INT64_MAX);
}

}  // namespace
}  // namespace tunesmith::server
