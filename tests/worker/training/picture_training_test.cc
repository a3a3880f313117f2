// Networks of pictures: what is frozen stays, buffers and all.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/training/picture_run.h"
#include "worker/formats/safetensors_file.h"
#include "worker/training/picture_batches.h"

namespace tunesmith::worker {
namespace {

std::map<std::string, std::string> Tensors(const std::string& path) {
  auto file = SafetensorsFile::Open(path);
  EXPECT_TRUE(file.ok()) << file.status();
  std::map<std::string, std::string> tensors;
  for (const SafetensorsEntry& entry : (*file)->entries()) {
    std::span<const std::byte> bytes = (*file)->Bytes(entry);
    tensors[entry.name] =
        std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return tensors;
}

std::map<std::string, std::string> BaseTensors(const Plan& plan) {
  return Tensors(plan.inputs.base_model_directory + "/model.safetensors");
}

std::map<std::string, std::string> ResultTensors(const Attempt& attempt) {
  return Tensors(attempt.output.File("model.safetensors"));
}

bool IsBuffer(const std::string& name) {
  return name.find("running_") != std::string::npos ||
         name.ends_with("num_batches_tracked");
}

TEST(PictureTrainingTest, LearnsColours) {
  PicturePlan plan = PictureRun();
  plan.options.epochs = 10;
  auto run = Begin(plan);
  const auto& evaluations = run->result->evaluations;
  EXPECT_LT(evaluations.front().accuracy, 0.7);
  EXPECT_GT(evaluations.back().accuracy, 0.85);
}

TEST(PictureTrainingTest, RunningStatisticsOfWhatTrainsAreInTheResult) {
  PicturePlan plan = PictureRun();
  auto run = Begin(plan);
  std::map<std::string, std::string> before = BaseTensors(plan);
  int buffers = 0;
  for (const auto& [name, bytes] : ResultTensors(*run)) {
    if (!IsBuffer(name)) continue;
    ++buffers;
    EXPECT_NE(bytes, before[name]) << name;
  }
  EXPECT_GT(buffers, 10);
}

class FrozenPicturesTest
    : public ::testing::TestWithParam<std::vector<std::string>> {};

TEST_P(FrozenPicturesTest, ParametersAndBuffersStayByteForByte) {
  PicturePlan plan = PictureRun();
  Vary(plan.options);
  plan.options.epochs = 3;
  plan.options.keep_best = false;
  plan.options.parameters = PlanFreezingPictures(GetParam());
  auto run = Begin(plan);
  std::map<std::string, std::string> before = BaseTensors(plan);
  for (const auto& [name, bytes] : ResultTensors(*run)) {
    bool frozen = false;
    for (const std::string& beginning : GetParam()) {
      frozen = frozen || name.starts_with(beginning);
    }
    if (name.starts_with("classifier.")) continue;
    EXPECT_EQ(bytes == before[name], frozen) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Policies, FrozenPicturesTest,
    ::testing::Values(std::vector<std::string>{"resnet."},
                      std::vector<std::string>{"resnet.embedder."},
                      std::vector<std::string>{"resnet.embedder.",
                                               "resnet.encoder.stages.0."},
                      // In the middle, below layers that train.
                      std::vector<std::string>{"resnet.encoder.stages.0."},
                      std::vector<std::string>{"resnet.encoder.stages.1."}));

TEST(PictureTrainingTest, AStepThatDoesNotCountMovesNoStatistics) {
  PicturePlan plan = PictureRun();
  plan.options.checkpoints.period_steps = 1;
  SpoilFirstBatch(plan.inputs, plan.options);
  auto run = Begin(plan);
  EXPECT_TRUE(run->observer.skipped.contains(1));
  std::map<std::string, std::string> before = BaseTensors(plan);
  for (const auto& [name, bytes] :
       Tensors(run->checkpoints.PathOf(1) + "/model/model.safetensors")) {
    // The head is new.
    if (name.starts_with("classifier.")) continue;
    EXPECT_EQ(bytes, before[name]) << name;
  }
}

TEST(PictureTrainingTest, ThreadsThatReadPicturesChangeNothing) {
  PicturePlan plan = PictureRun();
  Vary(plan.options);
  const std::vector<BatchIndices> batches = {{3, 1, 4}, {0, 2}, {5, 20, 7, 9}};
  const BatchUse use = {.training = true, .epoch = 2};
  std::vector<at::Tensor> expected;
  for (size_t threads : {1, 2, 3, 16}) {
    PictureBatches maker(PictureReader(*plan.options.pictures, 42), threads,
                         at::kCPU);
    ASSERT_TRUE(
        maker.Expect(plan.inputs.training, batches, use, [] { return false; })
            .ok());
    for (size_t i = 0; i < batches.size(); ++i) {
      auto input = maker.MakeInput(plan.inputs.training, batches[i], use);
      ASSERT_TRUE(input.ok()) << input.status();
      if (threads == 1) expected.push_back(input->images_BCHW);
      EXPECT_TRUE(input->images_BCHW.equal(expected[i])) << threads;
    }
  }
}

TEST(PictureTrainingTest, ABatchThatIsTakenAgainInPartsIsTheSame) {
  PicturePlan plan = PictureRun();
  const std::vector<BatchIndices> batches = {{3, 1, 4}, {0, 2, 6}};
  PictureBatches maker(
      PictureReader({.transform = TransformOf({.size = 32, .resize_size = 40})},
                    42),
      2, at::kCPU);
  ASSERT_TRUE(
      maker.Expect(plan.inputs.training, batches, {}, [] { return false; })
          .ok());
  auto first = maker.MakeInput(plan.inputs.training, batches[0], {});
  auto second = maker.MakeInput(plan.inputs.training, batches[1], {});
  auto again = maker.MakeInput(plan.inputs.training, {1, 4}, {});
  ASSERT_TRUE(first.ok() && second.ok() && again.ok());
  EXPECT_TRUE(again->images_BCHW.equal(first->images_BCHW.narrow(0, 1, 2)));
  EXPECT_FALSE(second->images_BCHW.equal(first->images_BCHW));
}

TEST(PictureTrainingTest, EachEpochSeesOtherPictures) {
  PicturePlan plan = PictureRun();
  std::string plain = Weights(*Begin(plan));
  Vary(plan.options);
  std::string varied = Weights(*Begin(plan));
  EXPECT_FALSE(varied == plain);
  plan.options.seed = 43;
  EXPECT_FALSE(Weights(*Begin(plan)) == varied);
}

class FeatureTest : public ::testing::Test {
 protected:
  FeatureTest() {
    Vary(plan_.options);
    plan_.options.epochs = 5;
    plan_.options.features.views = 2;
    plan_.options.parameters = PlanFreezingPictures({"resnet."});
  }

  int64_t ReadsOf(const Plan& plan, std::string& weights) {
    int64_t before = plan_.archive->reads();
    weights = Weights(*Begin(plan));
    return plan_.archive->reads() - before;
  }

  void UseDirectory() {
    plan_.options.features.directory = directory_.path();
    plan_.options.features.max_bytes = 1 << 20;
  }

  PicturePlan plan_ = PictureRun();
  ScratchDirectory directory_;
};

TEST_F(FeatureTest, KeptAndComputedAnewAreTheSameBits) {
  std::string kept, on_disk, anew;
  int64_t reads = ReadsOf(plan_, kept);
  // Two views of 21 pictures, and 19 that are evaluated.
  EXPECT_EQ(reads, 2 * 21 + 19);
  UseDirectory();
  EXPECT_EQ(ReadsOf(plan_, on_disk), reads);
  plan_.options.features.cache = false;
  EXPECT_GT(ReadsOf(plan_, anew), 2 * reads);
  EXPECT_TRUE(on_disk == kept);
  EXPECT_TRUE(anew == kept);
}

TEST_F(FeatureTest, ALaterJobReadsNoPicture) {
  UseDirectory();
  std::string first, second;
  EXPECT_GT(ReadsOf(plan_, first), 0);
  EXPECT_EQ(ReadsOf(plan_, second), 0);
  EXPECT_TRUE(first == second);
  // Other hyperparameters, the same features.
  plan_.options.learning_rate = 2e-2;
  EXPECT_EQ(ReadsOf(plan_, second), 0);
  // Other pictures.
  plan_.options.seed = 43;
  EXPECT_GT(ReadsOf(plan_, second), 0);
}

TEST_F(FeatureTest, BitsDoNotDependOnTheOtherSamples) {
  plan_.options.epochs = 1;
  plan_.inputs.validation.resize(1);
  plan_.inputs.test.clear();
  plan_.options.keep_best = false;
  UseDirectory();
  // Three of the pictures alone, in other places of their pass.
  Plan few = plan_;
  few.inputs.training = {plan_.inputs.training[20], plan_.inputs.training[7],
                         plan_.inputs.training[12]};
  Plan elsewhere = few;
  elsewhere.options.features.directory.clear();
  std::string all, shared, alone;
  ReadsOf(plan_, all);
  EXPECT_EQ(ReadsOf(few, shared), 0);
  EXPECT_EQ(ReadsOf(elsewhere, alone), 3 + 1);
  EXPECT_TRUE(shared == alone);
}

TEST_F(FeatureTest, DamagedFilesAreNoticed) {
  UseDirectory();
  std::string first, second;
  const int64_t reads = ReadsOf(plan_, first);
  int damaged = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(directory_.path())) {
    if (!entry.is_regular_file()) continue;
    std::string bytes = ReadBytes(entry.path().string());
    bytes[bytes.size() - 3] ^= 1;
    std::ofstream(entry.path(), std::ios::binary) << bytes;
    ++damaged;
  }
  EXPECT_GT(damaged, 0);
  EXPECT_EQ(ReadsOf(plan_, second), reads);
  EXPECT_TRUE(first == second);
}

TEST_F(FeatureTest, TextsHaveThemToo) {
  Plan plan;
  plan.options.epochs = 3;
  plan.options.parameters = PlanFreezing({"bert."});
  std::string kept = Weights(*Begin(plan));
  plan.options.features.directory = directory_.path();
  plan.options.features.max_bytes = 1 << 20;
  EXPECT_TRUE(Weights(*Begin(plan)) == kept);
  EXPECT_TRUE(Weights(*Begin(plan)) == kept);
  plan.options.features.cache = false;
  EXPECT_TRUE(Weights(*Begin(plan)) == kept);
}

TEST(MixTest, ABatchInPartsHasTheWholeBatchsLoss) {
  for (BatchMix mix :
       {BatchMix(Mixup{.alpha = 1}), BatchMix(CutMix{.alpha = 1})}) {
    PicturePlan plan = PictureRun();
    Vary(plan.options);
    plan.options.pictures->mix = mix;
    plan.options.class_weights = {1, 3, 0.5};
    // Parts have masks of their own.
    plan.options.dropout = 0;
    plan.options.epochs = std::nullopt;
    plan.options.max_steps = 1;
    // Statistics of a part are not those of the whole: without any.
    plan.options.parameters = PlanFreezingPictures(
        {"resnet.embedder.", "resnet.encoder.stages.0.",
         "resnet.encoder.stages.1.layers.0.layer.0.norm",
         "resnet.encoder.stages.1.layers.0.layer.1.norm",
         "resnet.encoder.stages.1.layers.0.shortcut.norm"});
    auto whole = Begin(plan);
    plan.options.microbatches = {{.from_step = 0, .rows = 3}};
    auto parts = Begin(plan);
    const auto loss = std::tuple(DataSplit::kTraining, std::string("loss"), 1);
    EXPECT_NEAR(parts->observer.metrics.at(loss),
                whole->observer.metrics.at(loss), 1e-5);
    // And mixing matters.
    plan.options.pictures->mix = BatchMix();
    EXPECT_GT(std::abs(Begin(plan)->observer.metrics.at(loss) -
                       whole->observer.metrics.at(loss)),
              1e-5);
  }
}

}  // namespace
}  // namespace tunesmith::worker
