#include "worker/report/shown_mistakes.h"

#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/images/decode.h"
#include "worker/images/encode_png.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Pictures of one colour, and a file that is none.
class FakeArchive : public Archive {
 public:
  FakeArchive()
      : files_({{"red.png", 0}, {"green.png", 0}, {"broken.png", 0}}) {}

  const std::vector<File>& files() const override { return files_; }
  absl::StatusOr<std::string> Read(size_t index, int64_t) const override {
    if (index == 2) return std::string("\x89PNG\r\n\x1a\nno more");
    Image image{.width = 40, .height = 30};
    for (int i = 0; i < 40 * 30; ++i) {
      image.rgb.insert(image.rgb.end(),
                       {static_cast<uint8_t>(index == 0 ? 255 : 0),
                        static_cast<uint8_t>(index == 1 ? 255 : 0), 0});
    }
    return EncodePng(image);
  }

 private:
  const std::vector<File> files_;
};

std::vector<Example> Pictures() {
  auto archive = std::make_shared<FakeArchive>();
  std::vector<Example> examples;
  for (size_t i = 0; i < 3; ++i) {
    examples.push_back({.row = static_cast<int64_t>(10 + i),
                        .token_ids = {},
                        .label = 0,
                        .picture = {archive, i}});
  }
  return examples;
}

TrainingResult ResultWith(DataSplit split, std::vector<Mistake> mistakes) {
  TrainingResult result;
  // One without any.
  result.evaluations.emplace_back();
  EvaluationFigures& figures = result.evaluations.emplace_back();
  figures.phase = EvaluationPhase::kFinal;
  figures.split = split;
  figures.mistakes = std::move(mistakes);
  return result;
}

std::vector<int> PixelAt(const Image& image, int x, int y) {
  const uint8_t* at = &image.rgb[static_cast<size_t>(y * image.width + x) * 3];
  return {at[0], at[1], at[2]};
}

const std::vector<std::string> kLabels = {"cat", "dog"};
constexpr ImageTransform kSmall{.size = 20, .resize_size = 20};

TEST(ShownMistakesTest, PicturesStandInTheSheetInTheOrderOfTheRows) {
  const std::vector<Example> test = Pictures();
  const TrainingResult result =
      ResultWith(DataSplit::kTest,
                 {{.row = 11, .label = 0, .guess = 1, .confidence = 0.9},
                  {.row = 12, .label = 0, .guess = 1, .confidence = 0.8},
                  {.row = 10, .label = 0, .guess = 1, .confidence = 0.7}});
  const std::vector<SplitMistakes> shown = ShowMistakes({.result = result,
                                                         .labels = kLabels,
                                                         .validation = {},
                                                         .test = test,
                                                         .transform = &kSmall});
  ASSERT_THAT(shown, SizeIs(1));
  EXPECT_EQ(shown[0].split, v1::TEST);
  ASSERT_THAT(shown[0].rows, SizeIs(3));
  EXPECT_EQ(shown[0].rows[0].row, 11);
  EXPECT_EQ(shown[0].rows[0].path, "green.png");
  EXPECT_EQ(shown[0].rows[0].label, "cat");
  EXPECT_EQ(shown[0].rows[0].guess, "dog");
  EXPECT_EQ(shown[0].rows[0].confidence, 0.9);
  EXPECT_EQ(shown[0].rows[1].path, "broken.png");
  EXPECT_EQ(shown[0].rows[2].path, "red.png");
  auto sheet = DecodeImage(shown[0].sheet);
  ASSERT_TRUE(sheet.ok()) << sheet.status();
  // Squares of 20 pixels with gaps of 2; what cannot be read is white.
  EXPECT_THAT(PixelAt(*sheet, 12, 12), ElementsAre(0, 255, 0));
  EXPECT_THAT(PixelAt(*sheet, 34, 12), ElementsAre(255, 255, 255));
  EXPECT_THAT(PixelAt(*sheet, 56, 12), ElementsAre(255, 0, 0));
}

TEST(ShownMistakesTest, TextsHaveRowsAlone) {
  const std::vector<Example> validation = {{.row = 4, .token_ids = {1}}};
  const TrainingResult result =
      ResultWith(DataSplit::kValidation,
                 {{.row = 4, .label = 1, .guess = 0, .confidence = 0.6}});
  const std::vector<SplitMistakes> shown = ShowMistakes(
      {.result = result, .labels = kLabels, .validation = validation});
  ASSERT_THAT(shown, SizeIs(1));
  EXPECT_EQ(shown[0].split, v1::VALIDATION);
  EXPECT_EQ(shown[0].rows[0].label, "dog");
  EXPECT_THAT(shown[0].rows[0].path, IsEmpty());
  EXPECT_THAT(shown[0].sheet, IsEmpty());
}

// Rows and labels come from a checkpoint.
TEST(ShownMistakesTest, UnknownRowsAndLabelsAreLeftOpen) {
  const TrainingResult result =
      ResultWith(DataSplit::kTest,
                 {{.row = 99, .label = 7, .guess = -1, .confidence = 0.6}});
  const std::vector<SplitMistakes> shown =
      ShowMistakes({.result = result, .labels = kLabels, .transform = &kSmall});
  ASSERT_THAT(shown, SizeIs(1));
  EXPECT_THAT(shown[0].rows[0].label, IsEmpty());
  EXPECT_THAT(shown[0].rows[0].guess, IsEmpty());
  EXPECT_TRUE(DecodeImage(shown[0].sheet).ok());
}

}  // namespace
}  // namespace tunesmith::worker
