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
#include "worker/augmentation/batch_mix.h"
#include "worker/augmentation/mix_pictures.h"
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
    work.set_skip(-1);
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

  static Image SheetOf(const std::vector<Image>& tiles, int columns) {
    return ContactSheet(tiles, {.columns = columns, .numbered = true},
                        tiles[0].width);
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
  const Image expected = SheetOf(tiles, 4);
  const Image sheet = DecodeImage(result.png()).value();
  EXPECT_EQ(sheet.width, expected.width);
  EXPECT_EQ(sheet.height, expected.height);
  EXPECT_TRUE(sheet.rgb == expected.rgb);
  EXPECT_NE(tiles[0].rgb, tiles[1].rgb);
}

TEST_F(PreviewWorkTest, APageFollowsTheOneBefore) {
  Assign(/*samples=*/2, /*epochs=*/1).set_skip(0);
  ItemRun first = RunItem(assignment_);
  ASSERT_EQ(first.Reason(), "");
  EXPECT_THAT(first.outcome.preview().samples(),
              ElementsAre("ants/a.png", "ants/b.png"));
  EXPECT_EQ(first.outcome.preview().sample_count(), 3);
  assignment_.mutable_item()->mutable_preview()->set_skip(2);
  ItemRun second = RunItem(assignment_);
  ASSERT_EQ(second.Reason(), "");
  EXPECT_THAT(second.outcome.preview().samples(), ElementsAre("bees/c.png"));
  assignment_.mutable_item()->mutable_preview()->set_skip(3);
  EXPECT_EQ(RunItem(assignment_).Reason(), "INVALID_FIELD");
}

// The whole sheet is one batch.
TEST_F(PreviewWorkTest, MixupAndCutMixAreShown) {
  internal::v1::PreviewWork& work = Assign(/*samples=*/3, /*epochs=*/2);
  for (bool mixup : {true, false}) {
    if (mixup) {
      work.mutable_augmentation()->mutable_mixup()->set_alpha(1);
    } else {
      work.mutable_augmentation()->mutable_cutmix()->set_alpha(1);
    }
    ItemRun run = RunItem(assignment_);
    ASSERT_EQ(run.Reason(), "");
    std::vector<std::vector<Image>> rows;
    for (const auto& [path, bytes] : files_) {
      rows.push_back(Expected(bytes, 2));
    }
    const int side = rows[0][0].width;
    for (size_t column = 1; column <= 2; ++column) {
      std::vector<Image> batch = {rows[0][column], rows[1][column],
                                  rows[2][column]};
      const MixDraw draw = DrawMix(
          mixup ? BatchMix(Mixup{.alpha = 1}) : BatchMix(CutMix{.alpha = 1}),
          {.seed = 42, .epoch = column - 1}, side, side);
      MixPictures(draw, side, side, batch);
      for (size_t i = 0; i < 3; ++i) {
        EXPECT_NE(batch[i].rgb, rows[i][column].rgb);
        rows[i][column] = batch[i];
      }
    }
    std::vector<Image> tiles;
    for (std::vector<Image>& row : rows) {
      for (Image& tile : row) tiles.push_back(std::move(tile));
    }
    const Image sheet = DecodeImage(run.outcome.preview().png()).value();
    EXPECT_TRUE(sheet.rgb == SheetOf(tiles, 3).rgb) << mixup;
  }
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

// As on Windows.
TEST_F(PreviewWorkTest, PathsOfAManifestAreUnderstoodAsInATraining) {
  files_.emplace_back("ants/list.csv", "file,kind\n.\\B.PNG,x\n");
  internal::v1::PreviewWork& work = Assign(/*samples=*/2, /*epochs=*/1);
  work.mutable_dataset()->mutable_format()->set_manifest("ants/list.csv");
  work.set_image_column("file");
  EXPECT_EQ(RunItem(assignment_).Reason(), "");
}

TEST_F(PreviewWorkTest, DamagedInputsEndWithAReason) {
  Assign(/*samples=*/2, /*epochs=*/1);
  dataset_.Write("pictures.zip", "PK\x03\x04");
  EXPECT_EQ(RunItem(assignment_).Reason(), "DIGEST_MISMATCH");
}

}  // namespace
}  // namespace tunesmith::worker
