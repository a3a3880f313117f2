// What holds for every freeze policy on every network.
#include <cstdint>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "server/jobs/freeze.h"
#include "tests/server/jobs/sample_spec.h"

namespace tunesmith::server {
namespace {

constexpr int kCases = 2000;
constexpr int kLabels = 3;

// A random network, policy and learning rates.
class RandomFreeze {
 public:
  explicit RandomFreeze(uint32_t seed) : random_(seed) {
    layers_ = Draw(1, 12);
    SetPolicy();
    if (Draw(0, 1) == 1) {
      rates_.set_layer_decay(Draw(1, 10) / 10.0);
    }
    table_ = ResolveFreeze(policy_, SampleFacts(layers_),
                           v1::TEXT_CLASSIFICATION, kLabels, "freeze");
    ResolveLearningRates(rates_, "hyperparameters", table_);
  }

  const FreezeTable& table() const { return table_; }
  std::string Text() const {
    return std::to_string(layers_) + " layers, " + policy_.ShortDebugString() +
           " " + rates_.ShortDebugString();
  }

 private:
  int Draw(int low, int high) {
    return low + static_cast<int>(random_() % (high - low + 1));
  }

  void SetPolicy() {
    switch (Draw(0, 5)) {
      case 0:
        policy_.mutable_none();
        break;
      case 1:
        policy_.mutable_backbone();
        break;
      case 2:
        policy_.mutable_first_layers()->set_count(Draw(0, layers_));
        policy_.mutable_first_layers()->set_embeddings(Draw(0, 1) == 1);
        break;
      case 3:
        policy_.mutable_last_layers_trainable()->set_count(Draw(0, layers_));
        break;
      case 4: {
        auto& patterns = *policy_.mutable_patterns();
        patterns.add_frozen("*.layer." + std::to_string(Draw(0, layers_ - 1)) +
                            ".*");
        if (Draw(0, 1) == 1) patterns.add_frozen("bert.embeddings.*");
        if (Draw(0, 1) == 1) patterns.add_trainable("*.bias");
        break;
      }
      default: {
        auto& gradual = *policy_.mutable_gradual_unfreezing();
        gradual.set_epochs_per_stage(Draw(1, 3));
        gradual.set_layers_per_stage(Draw(1, layers_));
        gradual.set_embeddings(Draw(0, 1) == 1);
      }
    }
  }

  std::mt19937 random_;
  int layers_;
  v1::FreezePolicy policy_;
  v1::Hyperparameters rates_;
  FreezeTable table_;
};

int64_t SizeOf(const v1::ParameterFreeze& row) {
  int64_t size = 1;
  for (int64_t extent : row.parameter().shape()) size *= extent;
  return size;
}

class FreezePropertyTest : public ::testing::Test {
 protected:
  template <typename Check>
  static void ForEachCase(const Check& check) {
    for (uint32_t seed = 0; seed < kCases; ++seed) {
      RandomFreeze random(seed);
      SCOPED_TRACE(random.Text());
      ASSERT_TRUE(random.table().violations.empty());
      check(random.table());
      if (HasFailure()) return;
    }
  }
};

TEST_F(FreezePropertyTest, EveryParameterHasARuleAndAFittingRate) {
  ForEachCase([](const FreezeTable& table) {
    for (const v1::ParameterFreeze& row : table.parameters) {
      EXPECT_FALSE(row.rule().empty());
      EXPECT_EQ(row.frozen(), row.learning_rate_factor() == 0);
      EXPECT_LE(row.learning_rate_factor(), 1);
      EXPECT_TRUE(!row.frozen() || row.trains_from_epoch() == 0);
    }
  });
}

TEST_F(FreezePropertyTest, RatesAndStagesGoDownFromTheHead) {
  ForEachCase([](const FreezeTable& table) {
    double above = 1;
    int32_t epoch_above = 0;
    for (auto row = table.parameters.rbegin(); row != table.parameters.rend();
         ++row) {
      if (row->frozen()) continue;
      EXPECT_LE(row->learning_rate_factor(), above);
      EXPECT_GE(row->trains_from_epoch(), epoch_above);
      above = row->learning_rate_factor();
      epoch_above = row->trains_from_epoch();
    }
  });
}

TEST_F(FreezePropertyTest, TotalsAddUp) {
  ForEachCase([](const FreezeTable& table) {
    int64_t frozen = 0;
    int64_t trainable = 0;
    for (const v1::ParameterFreeze& row : table.parameters) {
      (row.frozen() ? frozen : trainable) += SizeOf(row);
    }
    v1::PreviewFreezeResponse summary = SummarizeFreeze(table);
    EXPECT_EQ(summary.frozen_parameter_count(), frozen);
    EXPECT_EQ(summary.trainable_parameter_count(), trainable);
    EXPECT_EQ(summary.parameters_size(),
              static_cast<int>(table.parameters.size()));
    EXPECT_GT(trainable, 0);
  });
}

TEST_F(FreezePropertyTest, EachStageTrainsWhatItsEpochSays) {
  ForEachCase([](const FreezeTable& table) {
    v1::PreviewFreezeResponse summary = SummarizeFreeze(table);
    ASSERT_GE(summary.stages_size(), 1);
    EXPECT_EQ(summary.stages(0).from_epoch(), 0);
    double saved_before = 1;
    int32_t epoch_before = -1;
    for (const v1::FreezeStage& stage : summary.stages()) {
      int64_t trains = 0;
      for (const v1::ParameterFreeze& row : table.parameters) {
        bool now =
            !row.frozen() && row.trains_from_epoch() <= stage.from_epoch();
        if (now) trains += SizeOf(row);
      }
      EXPECT_EQ(stage.trainable_parameter_count(), trains);
      EXPECT_GT(stage.from_epoch(), epoch_before);
      EXPECT_GE(stage.backward_saved_fraction(), 0);
      EXPECT_LE(stage.backward_saved_fraction(), saved_before);
      saved_before = stage.backward_saved_fraction();
      epoch_before = stage.from_epoch();
    }
    EXPECT_EQ(
        summary.stages(summary.stages_size() - 1).trainable_parameter_count(),
        summary.trainable_parameter_count());
  });
}

}  // namespace
}  // namespace tunesmith::server
