// The sheet of augmented pictures, drawn by the real trainer.
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/artifact/sha256.h"
#include "tests/worker/augmentation/random_picture.h"
#include "tests/worker/data/archive_file.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/trainer/process/trainer_process.h"
#include "worker/augmentation/augment_image.h"
#include "worker/augmentation/picture_key.h"
#include "worker/images/contact_sheet.h"
#include "worker/images/decode.h"
#include "worker/images/encode_png.h"
#include "worker/models/description.h"
#include "worker/trainer/wire_augmentation.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kModel[] = TUNESMITH_GOLDEN_DIR "/resnet_bottleneck_tiny";

class PreviewWorkTest : public ::testing::Test {
 protected:
  PreviewWorkTest() {
    std::filesystem::create_directories(model_.File("model"));
    std::filesystem::copy(kModel, model_.File("model"));
    std::mt19937 random(7);
    for (const char* path : {"ants/a.png", "ants/b.png", "bees/c.png"}) {
      files_.emplace_back(path,
                          EncodePng(RandomPicture(60, 45, random)).value());
    }
  }

  internal::v1::PreviewWork& Assign(int samples, int epochs) {
    dataset_.Write("pictures.zip", ZipOf(files_));
    internal::v1::PreviewWork& work =
        *assignment_.mutable_item()->mutable_preview();
    work.mutable_base_model()->set_name("models/net");
    *work.mutable_base_model()->mutable_artifact() =
        Stage(model_.path(), "m1/1", assignment_);
    work.mutable_dataset()->set_name("datasets/insects");
    *work.mutable_dataset()->mutable_artifact() =
        Stage(dataset_.path(), "d1/1", assignment_);
    work.mutable_dataset()->set_file_name("pictures.zip");
    work.mutable_dataset()->mutable_format()->set_kind(
        v1::DatasetFormat::IMAGES);
    work.set_seed(42);
    work.set_samples(samples);
    work.set_epochs(epochs);
    work.set_image_column("image");
    v1::AugmentationOperation& flip =
        *work.mutable_augmentation()->add_operations();
    flip.set_probability(0.5);
    flip.mutable_horizontal_flip();
    v1::AugmentationOperation& turn =
        *work.mutable_augmentation()->add_operations();
    turn.set_probability(1);
    turn.mutable_rotation()->set_degrees(30);
    return work;
  }

  // What the network sees of a file, evaluated and in each epoch.
  std::vector<Image> Expected(const std::string& bytes, int epochs) {
    PictureOptions options =
        ToPictureOptions(*DescribeModel(kModel).value().image_input,
                         assignment_.item().preview().augmentation())
            .value();
    const Image picture = DecodeImage(bytes).value();
    std::vector<Image> tiles = {EvaluatedPicture(picture, options.transform)};
    for (int epoch = 0; epoch < epochs; ++epoch) {
      tiles.push_back(
          AugmentedPicture(picture, options.transform, options.augmentation,
                           KeyOfPicture(42, epoch, Sha256Hex(bytes))));
    }
    return tiles;
  }

  ScratchDirectory model_;
  ScratchDirectory dataset_;
  ArchiveContent files_;
  internal::v1::TrainerAssignment assignment_;
};

TEST_F(PreviewWorkTest, ShowsPicturesAsEvaluatedAndAsTheEpochsHaveThem) {
  Assign(/*samples=*/2, /*epochs=*/3);
  ItemRun run = RunItem(assignment_);
  ASSERT_EQ(run.Reason(), "");
  const internal::v1::PreviewResult& result = run.outcome.preview();
  EXPECT_THAT(result.samples(), ElementsAre("ants/a.png", "ants/b.png"));

  std::vector<Image> tiles = Expected(files_[0].second, 3);
  for (Image& tile : Expected(files_[1].second, 3)) {
    tiles.push_back(std::move(tile));
  }
  const Image expected = ContactSheet(tiles, 4, tiles[0].width);
  const Image sheet = DecodeImage(result.png()).value();
  EXPECT_EQ(sheet.width, expected.width);
  EXPECT_EQ(sheet.height, expected.height);
  EXPECT_TRUE(sheet.rgb == expected.rgb);
  EXPECT_NE(tiles[0].rgb, tiles[1].rgb);
}

TEST_F(PreviewWorkTest, TheSameWorkGivesTheSameBytes) {
  Assign(/*samples=*/3, /*epochs=*/2);
  ItemRun one = RunItem(assignment_);
  ItemRun two = RunItem(assignment_);
  ASSERT_EQ(one.Reason(), "");
  EXPECT_EQ(one.outcome.preview().png(), two.outcome.preview().png());
}

TEST_F(PreviewWorkTest, APictureThatCannotBeReadIsPassedOver) {
  files_[0].second = "no picture";
  Assign(/*samples=*/1, /*epochs=*/1);
  ItemRun run = RunItem(assignment_);
  ASSERT_EQ(run.Reason(), "");
  EXPECT_THAT(run.outcome.preview().samples(), ElementsAre("ants/b.png"));
}

TEST_F(PreviewWorkTest, FewerPicturesThanSamplesAreAllShown) {
  Assign(/*samples=*/16, /*epochs=*/1);
  ItemRun run = RunItem(assignment_);
  ASSERT_EQ(run.Reason(), "");
  EXPECT_EQ(run.outcome.preview().samples_size(), 3);
}

TEST_F(PreviewWorkTest, NoReadablePictureIsAnEmptyDataset) {
  for (auto& [path, bytes] : files_) bytes = "no picture";
  Assign(/*samples=*/2, /*epochs=*/1);
  ItemRun run = RunItem(assignment_);
  EXPECT_EQ(run.Reason(), "EMPTY_DATASET");
  EXPECT_FALSE(run.outcome.retryable());
}

TEST_F(PreviewWorkTest, AManifestSaysWherePicturesAre) {
  files_.emplace_back("ants/list.csv", "file,kind\nb.png,x\n,y\n");
  internal::v1::PreviewWork& work = Assign(/*samples=*/2, /*epochs=*/1);
  work.mutable_dataset()->mutable_format()->set_manifest("ants/list.csv");
  EXPECT_EQ(RunItem(assignment_).Reason(), "UNKNOWN_COLUMN");
  work.set_image_column("file");
  ItemRun run = RunItem(assignment_);
  ASSERT_EQ(run.Reason(), "");
  EXPECT_THAT(run.outcome.preview().samples(), ElementsAre("b.png"));
}

TEST_F(PreviewWorkTest, DamagedInputsEndWithAReason) {
  Assign(/*samples=*/2, /*epochs=*/1);
  dataset_.Write("pictures.zip", "PK\x03\x04");
  EXPECT_EQ(RunItem(assignment_).Reason(), "DIGEST_MISMATCH");
}

}  // namespace
}  // namespace tunesmith::worker
