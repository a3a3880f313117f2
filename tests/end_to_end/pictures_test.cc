// Networks of pictures with the real programs: recipes, frozen features, kills.
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/cluster.h"
#include "tests/worker/data/archive_file.h"
#include "worker/images/encode_png.h"

namespace tunesmith::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Key;
using v1::Job;

constexpr const char* kColours[] = {"red", "green", "blue"};

std::string Picture(int number) {
  worker::Image image{.width = 40, .height = 36 + number % 4};
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        const int glow = channel == number % 3 ? 90 : 0;
        image.rgb.push_back(static_cast<uint8_t>(
            glow + (x * 7 + y * 3 * number + channel * 11) % 120));
      }
    }
  }
  return *worker::EncodePng(image);
}

class PicturesTest : public ::testing::Test {
 protected:
  // models/resnet, which is tiny, and datasets/colours with a damaged picture.
  void SetUp() override {
    cluster_.StartServer();
    cluster_.StartWorker();
    fs::copy(
        std::string(TUNESMITH_SOURCE_DIR) + "/tests/golden/resnet_basic_tiny",
        cluster_.data_root() + "/resnet");
    v1::Model model = cluster_.Import("resnet", "resnet");
    ASSERT_EQ(model.state(), v1::Model::READY) << model.DebugString();
    EXPECT_THAT(model.tasks(), Contains(v1::IMAGE_CLASSIFICATION));
    worker::ArchiveContent files = {{"red/damaged.png", "\x89PNG\r\n\x1a\n?"}};
    for (int i = 0; i < 48; ++i) {
      files.emplace_back(
          std::string(kColours[i % 3]) + "/" + std::to_string(i) + ".png",
          Picture(i));
    }
    std::ofstream(cluster_.data_root() + "/colours.tar", std::ios::binary)
        << worker::TarOf(files);
    v1::DatasetFormat format;
    format.set_kind(v1::DatasetFormat::IMAGES);
    cluster_.CreateDataset("colours", "colours.tar", format);
  }

  static v1::JobSpec Spec(v1::JobSpec::Recipe recipe) {
    v1::JobSpec spec;
    spec.set_base_model("models/resnet");
    spec.mutable_task()->mutable_image_classification();
    spec.mutable_data()->set_training("datasets/colours");
    spec.mutable_data()->set_validation_fraction(0.25);
    // One of 49 is damaged.
    spec.mutable_data()->mutable_cleaning()->set_max_dropped_fraction(0.05);
    spec.mutable_hyperparameters()->set_batch_size(8);
    spec.set_recipe(recipe);
    return spec;
  }

  Job End(const std::string& id) {
    Job job = cluster_.WaitForEnd(id);
    EXPECT_EQ(job.state(), Job::SUCCEEDED) << job.DebugString();
    return job;
  }

  Cluster cluster_;
};

TEST_F(PicturesTest, EveryRecipeTrainsAndSaysWhatItStandsFor) {
  for (v1::JobSpec::Recipe recipe :
       {v1::JobSpec::FEATURE_EXTRACTION, v1::JobSpec::FINE_TUNE_HEAD_THEN_BODY,
        v1::JobSpec::FULL}) {
    const std::string id = "recipe-" + std::to_string(recipe);
    v1::JobSpec spec = Spec(recipe);
    spec.mutable_hyperparameters()->set_epochs(3);
    cluster_.Submit(id, spec);
    Job job = End(id);
    const v1::JobSpec& resolved = job.resolved_spec();
    EXPECT_EQ(resolved.freeze().has_backbone(),
              recipe == v1::JobSpec::FEATURE_EXTRACTION);
    EXPECT_EQ(resolved.freeze().has_head_first(),
              recipe == v1::JobSpec::FINE_TUNE_HEAD_THEN_BODY);
    EXPECT_GT(resolved.hyperparameters().learning_rate(), 0);
    EXPECT_EQ(
        resolved.augmentation().operations().rbegin()->has_normalization(),
        true);
    EXPECT_THAT(cluster_.Download(id),
                IsSupersetOf({Key("config.json"), Key("model.safetensors"),
                              Key("preprocessor_config.json")}));
    bool told = false;
    for (const v1::JobEvent& event : cluster_.Events(id)) {
      told = told || (event.finding().code() == v1::Finding::BAD_IMAGE &&
                      event.finding().message().find("red/damaged.png") !=
                          std::string::npos);
    }
    EXPECT_TRUE(told);
  }
}

TEST_F(PicturesTest, ABrokenPictureIsToldAndTheOthersAreAnswered) {
  v1::JobSpec spec = Spec(v1::JobSpec::FULL);
  spec.mutable_hyperparameters()->set_max_steps(4);
  cluster_.Submit("one", spec);
  End("one");
  std::vector<v1::Sample> samples(3);
  samples[0].set_image(Picture(1));
  samples[1].set_image("\x89PNG\r\n\x1a\n?");
  samples[2].set_image(Picture(2));

  const std::vector<v1::Prediction> all = cluster_.Predict("one", samples);
  const std::vector<v1::Prediction> none =
      cluster_.Predict("one", {samples[1]});
  const std::vector<v1::Prediction> whole =
      cluster_.Predict("one", {samples[0], samples[2]});

  ASSERT_EQ(all.size(), 3u);
  EXPECT_FALSE(all[1].error().message().empty());
  EXPECT_EQ(all[1].scores_size(), 0);
  ASSERT_EQ(none.size(), 1u);
  EXPECT_EQ(none[0].error().message(), all[1].error().message());
  ASSERT_EQ(whole.size(), 2u);
  EXPECT_GT(whole[0].scores_size(), 1);
  EXPECT_EQ(all[0].SerializeAsString(), whole[0].SerializeAsString());
  EXPECT_EQ(all[2].SerializeAsString(), whole[1].SerializeAsString());
}

TEST_F(PicturesTest, FeaturesThatAreKeptChangeNoBit) {
  v1::JobSpec spec = Spec(v1::JobSpec::FEATURE_EXTRACTION);
  spec.mutable_hyperparameters()->set_epochs(4);
  spec.mutable_features()->set_cache(false);
  cluster_.Submit("anew", spec);
  spec.mutable_features()->set_cache(true);
  cluster_.Submit("kept", spec);
  cluster_.Submit("found", spec);
  std::map<std::string, std::string> anew =
      (End("anew"), cluster_.Download("anew"));
  End("kept");
  End("found");
  EXPECT_TRUE(cluster_.Download("kept") == anew);
  EXPECT_TRUE(cluster_.Download("found") == anew);
}

TEST_F(PicturesTest, AKilledTrainingEndsWithTheSameBits) {
  v1::JobSpec spec = Spec(v1::JobSpec::FINE_TUNE_HEAD_THEN_BODY);
  spec.mutable_hyperparameters()->set_epochs(200);
  spec.mutable_augmentation()->add_operations()->mutable_horizontal_flip();
  spec.mutable_augmentation()->mutable_mixup();
  spec.mutable_checkpoints()->set_period_steps(20);
  cluster_.Submit("whole", spec);
  End("whole");
  cluster_.Submit("killed", spec);
  cluster_.WaitFor("killed", [](const Job& job) {
    return job.progress().step() > 40 || job.state() == Job::SUCCEEDED;
  });
  if (pid_t trainer = cluster_.BusyTrainer(); trainer > 0) {
    kill(trainer, SIGKILL);
  }
  EXPECT_GT(End("killed").attempt(), 1);
  EXPECT_TRUE(cluster_.Download("killed") == cluster_.Download("whole"));
}

}  // namespace
}  // namespace tunesmith::testing
