#include "worker/trainer/run_base.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/end_to_end/tiny_model.h"
#include "tests/worker/scratch_directory.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

class RunBaseTest : public ::testing::Test {
 protected:
  RunBaseTest() {
    testing::WriteTinyModel(scratch_.File("base"));
    Pool(R"({"pooling_mode_mean_tokens": true})");
  }

  void Pool(const std::string& config) {
    fs::create_directories(scratch_.File("base/1_Pooling"));
    scratch_.Write("base/modules.json",
                   R"([{"type": "a.Pooling", "path": "1_Pooling"}])");
    scratch_.Write("base/1_Pooling/config.json", config);
  }

  // Of a run in which only the head trains, or everything.
  std::vector<ParameterPlan> Plan(bool only_head) {
    description_ = *DescribeModel(scratch_.File("base"));
    std::vector<ParameterPlan> plan;
    for (const ParameterDescription& one : description_.parameters) {
      plan.push_back({.name = one.name, .frozen = only_head});
    }
    for (const ParameterDescription& one : description_.head) {
      plan.push_back({.name = one.name});
    }
    return plan;
  }

  RunBase Prepare(bool only_head, const std::string& checkpoint = "") {
    const std::vector<ParameterPlan> plan = Plan(only_head);
    fs::remove_all(scratch_.File("made"));
    auto base = PrepareRunBase({.directory = scratch_.File("base"),
                                .description = description_,
                                .parameters = plan,
                                .checkpoint = checkpoint,
                                .scratch = scratch_.File("made")});
    EXPECT_TRUE(base.ok()) << base.status();
    return *std::move(base);
  }

  bool IsAsItWas(const RunBase& base) {
    return base.directory == scratch_.File("base") &&
           !base.finding.has_value() && !fs::exists(scratch_.File("made")) &&
           base.parameters.size() ==
               description_.parameters.size() + description_.head.size();
  }

  ScratchDirectory scratch_;
  ModelDescription description_;
};

TEST_F(RunBaseTest, AHeadAloneGetsTheMeanFromAFrozenLayer) {
  RunBase base = Prepare(/*only_head=*/true);
  EXPECT_EQ(base.directory, scratch_.File("made"));
  ASSERT_TRUE(base.finding.has_value());
  EXPECT_EQ(base.finding->code, FindingCode::kConvertedWeights);
  EXPECT_EQ(DescribeModel(base.directory)->layer_count, 3);
  int added = 0;
  for (const ParameterPlan& one : base.parameters) {
    if (!one.name.starts_with("bert.encoder.layer.2.")) continue;
    ++added;
    EXPECT_TRUE(one.frozen) << one.name;
  }
  EXPECT_EQ(added, 16);
}

TEST_F(RunBaseTest, WhereMoreTrainsTheModelStaysAsItIs) {
  EXPECT_TRUE(IsAsItWas(Prepare(/*only_head=*/false)));
}

TEST_F(RunBaseTest, AModelThatIsNoEncoderOfSentencesStaysAsItIs) {
  fs::remove(scratch_.File("base/modules.json"));
  EXPECT_TRUE(IsAsItWas(Prepare(/*only_head=*/true)));
}

TEST_F(RunBaseTest, TheFirstTokenNeedsNoLayer) {
  Pool(R"({"pooling_mode_cls_token": true})");
  RunBase base = Prepare(/*only_head=*/true);
  EXPECT_EQ(DescribeModel(base.directory)->layer_count, 2);
  EXPECT_TRUE(base.finding.has_value());
  EXPECT_EQ(base.parameters.size(), Plan(true).size());
}

// What the checkpoint's run began with, whatever trains now.
TEST_F(RunBaseTest, ARunThatGoesOnBeginsWithWhatTheCheckpointHas) {
  RunBase made = Prepare(/*only_head=*/true);
  const std::string checkpoint = scratch_.File("checkpoint");
  fs::create_directory(checkpoint);
  fs::copy(made.directory, checkpoint + "/model", fs::copy_options::recursive);
  RunBase full = Prepare(/*only_head=*/false, checkpoint);
  EXPECT_EQ(DescribeModel(full.directory)->layer_count, 3);
  for (const ParameterPlan& one : full.parameters) {
    EXPECT_FALSE(one.frozen) << one.name;
  }
  fs::remove_all(checkpoint + "/model");
  fs::copy(scratch_.File("base"), checkpoint + "/model",
           fs::copy_options::recursive);
  EXPECT_TRUE(IsAsItWas(Prepare(/*only_head=*/true, checkpoint)));
}

}  // namespace
}  // namespace tunesmith::worker
