// What holds of every policy over every table of parameters.
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "server/jobs/freeze.h"
#include "tests/server/jobs/random_freeze.h"

namespace tunesmith::server {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr unsigned kCases = 1000;
constexpr int kLabels = 3;

// One random network with one random policy.
struct Case {
  explicit Case(unsigned seed) {
    std::mt19937 random(seed);
    facts = RandomFacts(random);
    policy = RandomPolicy(facts, random);
    table = ResolveFreeze(policy, facts, v1::TEXT_CLASSIFICATION, kLabels,
                          "freeze");
    ResolveLearningRates(RandomRates(facts, random), "hyperparameters", table);
    summary = SummarizeFreeze(table);
  }

  internal::v1::ModelFacts facts;
  v1::FreezePolicy policy;
  FreezeTable table;
  v1::PreviewFreezeResponse summary;
};

int64_t Elements(const v1::ModelParameter& parameter) {
  int64_t count = 1;
  for (int64_t extent : parameter.shape()) count *= extent;
  return count;
}

bool Trains(const v1::ParameterFreeze& row, int epoch) {
  return !row.frozen() && row.trains_from_epoch() <= epoch;
}

std::set<std::string> FrozenIn(const FreezeTable& table, int epoch) {
  std::set<std::string> names;
  for (const v1::ParameterFreeze& row : table.parameters) {
    if (!Trains(row, epoch)) names.insert(row.parameter().name());
  }
  return names;
}

class FreezePropertyTest : public ::testing::Test {
 protected:
  // Calls `check` on many cases.
  template <typename Check>
  void ForEachCase(const Check& check) {
    for (unsigned seed = 0; seed < kCases && !HasFailure(); ++seed) {
      Case one(seed);
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " +
                   one.policy.ShortDebugString());
      ASSERT_TRUE(one.table.violations.empty())
          << one.table.violations[0].description;
      check(one);
    }
  }
};

TEST_F(FreezePropertyTest, EveryParameterHasOneRowWithOneRule) {
  ForEachCase([](const Case& one) {
    std::vector<std::string> expected;
    for (const auto& parameter : one.facts.parameters()) {
      expected.push_back(parameter.name());
    }
    for (const auto& parameter : one.facts.heads(0).parameters()) {
      expected.push_back(parameter.name());
    }
    std::vector<std::string> names;
    for (const v1::ParameterFreeze& row : one.table.parameters) {
      names.push_back(row.parameter().name());
      EXPECT_FALSE(row.rule().empty());
      if (row.frozen()) {
        EXPECT_EQ(row.trains_from_epoch(), 0);
        EXPECT_EQ(row.learning_rate_factor(), 0);
      } else {
        EXPECT_GT(row.learning_rate_factor(), 0);
      }
      for (int64_t extent : row.parameter().shape()) EXPECT_GT(extent, 0);
    }
    EXPECT_EQ(names, expected);
  });
}

TEST_F(FreezePropertyTest, TotalsAddUp) {
  ForEachCase([](const Case& one) {
    int64_t all = 0;
    for (const v1::ParameterFreeze& row : one.table.parameters) {
      all += Elements(row.parameter());
    }
    const v1::PreviewFreezeResponse& summary = one.summary;
    EXPECT_EQ(
        summary.frozen_parameter_count() + summary.trainable_parameter_count(),
        all);
    EXPECT_EQ(summary.frozen_bytes() + summary.trainable_bytes(), 4 * all);
    for (const v1::FreezeStage& stage : summary.stages()) {
      int64_t trains = 0;
      for (const v1::ParameterFreeze& row : one.table.parameters) {
        if (Trains(row, stage.from_epoch()))
          trains += Elements(row.parameter());
      }
      EXPECT_EQ(stage.trainable_parameter_count(), trains);
      EXPECT_EQ(stage.training_state_bytes(), 12 * trains);
    }
  });
}

TEST_F(FreezePropertyTest, NothingThatTrainsFreezesAgain) {
  ForEachCase([](const Case& one) {
    const auto& stages = one.summary.stages();
    ASSERT_GE(stages.size(), 1);
    EXPECT_EQ(stages[0].from_epoch(), 0);
    EXPECT_GT(stages[0].trainable_parameter_count(), 0);
    std::set<std::string> before = FrozenIn(one.table, 0);
    int last = stages[stages.size() - 1].from_epoch();
    int changes = 0;
    for (int epoch = 1; epoch <= last; ++epoch) {
      std::set<std::string> now = FrozenIn(one.table, epoch);
      EXPECT_TRUE(
          std::includes(before.begin(), before.end(), now.begin(), now.end()));
      changes += now != before;
      before = now;
    }
    // Every stage is one, and there are no others.
    EXPECT_EQ(changes, stages.size() - 1);
    EXPECT_EQ(before, FrozenIn(one.table, last + 1000));
  });
}

TEST_F(FreezePropertyTest, BelowTheFirstThatTrainsNothingIsSpent) {
  ForEachCase([](const Case& one) {
    for (const v1::FreezeStage& stage : one.summary.stages()) {
      double all = 0, below = 0, frozen_above = 0;
      bool reached = false;
      for (const v1::ParameterFreeze& row : one.table.parameters) {
        bool trains = Trains(row, stage.from_epoch());
        reached |= trains;
        if (row.parameter().shape_size() < 2 ||
            row.parameter().block() == v1::ModelParameter::EMBEDDINGS) {
          continue;
        }
        double size = static_cast<double>(Elements(row.parameter()));
        all += 2 * size;
        if (!reached) below += 2 * size;
        if (reached && !trains) frozen_above += size;
      }
      EXPECT_DOUBLE_EQ(stage.backward_saved_fraction() * all,
                       below + frozen_above);
    }
  });
}

TEST_F(FreezePropertyTest, TheTableIsAFunctionOfItsInputs) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    EXPECT_TRUE(
        MessageDifferencer::Equals(Case(seed).summary, Case(seed).summary))
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace tunesmith::server
