#include "worker/training/result_check.h"

#include <filesystem>
#include <fstream>
#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/reason.h"
#include "tests/worker/training/picture_run.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;

using Change = std::function<void(nlohmann::json&)>;

void Edit(const std::string& path, const Change& change) {
  nlohmann::json json = nlohmann::json::parse(ReadBytes(path));
  change(json);
  std::ofstream(path) << json.dump();
}

// The samples of a run's probe, as they were.
std::vector<Example> Samples(const Plan& plan, const Attempt& run) {
  const ResultProbe& probe = run.result->probe;
  std::vector<Example> samples;
  for (size_t place : probe.samples) {
    samples.push_back((probe.split == DataSplit::kTraining
                           ? plan.inputs.training
                           : plan.inputs.validation)[place]);
  }
  return samples;
}

absl::Status Check(const Plan& plan, const Attempt& run,
                   std::vector<Example> samples) {
  return CheckResult({.directory = run.output.path(),
                      .inputs = plan.inputs,
                      .options = plan.options,
                      .probe = run.result->probe,
                      .samples = std::move(samples)});
}

void ExpectDiffers(const absl::Status& status, const char* what) {
  EXPECT_EQ(ReasonOf(status), "RESULT_DIFFERS") << status;
  EXPECT_TRUE(absl::IsInternal(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr(what));
}

TEST(ResultCheckTest, AResultOfTextsIsWhatWasMeasured) {
  Plan plan;
  auto run = Begin(plan);
  EXPECT_EQ(run->result->probe.samples.size(), 20u);
  const absl::Status status = Check(plan, *run, Samples(plan, *run));
  EXPECT_TRUE(status.ok()) << status;
}

TEST(ResultCheckTest, SoIsOneOfAHeadOnKeptFeaturesInBf16) {
  Plan plan;
  plan.options.precision = Precision::kBf16;
  plan.options.parameters = PlanFreezing({"bert."});
  auto run = Begin(plan);
  const absl::Status status = Check(plan, *run, Samples(plan, *run));
  EXPECT_TRUE(status.ok()) << status;
}

TEST(ResultCheckTest, WithoutValidationDataTrainingDataAreLookedAt) {
  Plan plan;
  plan.inputs.validation.clear();
  auto run = Begin(plan);
  EXPECT_EQ(run->result->probe.split, DataSplit::kTraining);
  EXPECT_EQ(run->result->probe.samples.size(), 32u);
  EXPECT_TRUE(Check(plan, *run, Samples(plan, *run)).ok());
}

TEST(ResultCheckTest, OtherTokensAreNamedByTheirRow) {
  Plan plan;
  auto run = Begin(plan);
  std::vector<Example> samples = Samples(plan, *run);
  samples[3].token_ids.push_back(7);
  ExpectDiffers(Check(plan, *run, samples),
                "tokens of row 104 of validation data");
}

TEST(ResultCheckTest, AConfigThatComputesSomethingElseShowsInTheLogits) {
  Plan plan;
  auto run = Begin(plan);
  Edit(run->output.File("config.json"),
       [](auto& json) { json["layer_norm_eps"] = 0.1; });
  ExpectDiffers(Check(plan, *run, Samples(plan, *run)), "logits of row 101");
}

TEST(ResultCheckTest, SoDoOtherWeights) {
  Plan plan;
  auto run = Begin(plan);
  const std::string path = run->output.File("model.safetensors");
  std::string bytes = ReadBytes(path);
  // The last tensor's.
  const float value = 100;
  bytes.replace(bytes.size() - sizeof(value), sizeof(value),
                reinterpret_cast<const char*>(&value), sizeof(value));
  std::ofstream(path, std::ios::binary) << bytes;
  ExpectDiffers(Check(plan, *run, Samples(plan, *run)), "logits of row 101");
}

TEST(ResultCheckTest, LabelsInAnotherOrderAreNoticed) {
  Plan plan;
  auto run = Begin(plan);
  Edit(run->output.File("config.json"), [](auto& json) {
    std::swap(json["id2label"]["1"], json["id2label"]["2"]);
  });
  ExpectDiffers(Check(plan, *run, Samples(plan, *run)),
                "labels, from output 1 on");
}

TEST(ResultCheckTest, AResultOfPicturesIsWhatWasMeasured) {
  PicturePlan plan = PictureRun();
  Vary(plan.options);
  auto run = Begin(plan);
  EXPECT_EQ(run->result->probe.samples.size(), 8u);
  const absl::Status status = Check(plan, *run, Samples(plan, *run));
  EXPECT_TRUE(status.ok()) << status;
}

TEST(ResultCheckTest, OtherPixelsAreNamedByTheirRow) {
  PicturePlan plan = PictureRun();
  Vary(plan.options);
  auto run = Begin(plan);
  Edit(run->output.File("preprocessor_config.json"), [](auto& json) {
    json["image_mean"] = {0.1, 0.2, 0.3};
  });
  ExpectDiffers(Check(plan, *run, Samples(plan, *run)), "pixel values of row ");
}

TEST(ResultCheckTest, AFileThatIsGoneIsAnError) {
  Plan plan;
  auto run = Begin(plan);
  std::filesystem::remove(run->output.File("model.safetensors"));
  EXPECT_FALSE(Check(plan, *run, Samples(plan, *run)).ok());
}

}  // namespace
}  // namespace tunesmith::worker
