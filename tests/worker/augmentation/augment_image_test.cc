#include "worker/augmentation/augment_image.h"

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/augmentation/random_picture.h"

namespace tunesmith::worker {
namespace {

using ::testing::Each;

constexpr AugmentationKey kKey = {.seed = 7, .epoch = 1, .sample = 2};

ImageTransform SmallTransform() {
  return {.size = 24,
          .resize_size = 32,
          .mean = {0.5f, 0.25f, 0},
          .deviation = {0.5f, 1, 0.25f}};
}

Image Picture(int width = 60, int height = 40) {
  std::mt19937 random(1);
  return RandomPicture(width, height, random);
}

std::vector<float> Augmented(const Image& image,
                             const ImageTransform& transform,
                             const AugmentationPlan& plan,
                             const AugmentationKey& key) {
  std::vector<float> values(transform.values());
  AugmentImage(image, transform, plan, key, values);
  return values;
}

std::vector<float> Evaluated(const Image& image,
                             const ImageTransform& transform) {
  std::vector<float> values(transform.values());
  EvaluateImage(image, transform, values);
  return values;
}

std::vector<float> Normalized(const Image& image,
                              const ImageTransform& transform) {
  std::vector<float> values(transform.values());
  Normalize(image, transform, values);
  return values;
}

AugmentationPlan Always(OperationKind kind) {
  return {.operations = {{.probability = 1, .kind = kind}}};
}

// One of each, with parameters that change any picture.
std::vector<OperationKind> EveryOperation() {
  return {Rotation{.degrees = 180},
          HorizontalFlip(),
          VerticalFlip(),
          Zoom(),
          RandomResizedCrop(),
          Translation(),
          Shear(),
          ColorJitter{.hue = 0.5},
          Grayscale(),
          GaussianBlur{.min_sigma = 1},
          RandomErasing(),
          RandAugment{.operations = 5, .magnitude = 30}};
}

TEST(EvaluateImageTest, ScalesCutsOutTheMiddleAndNormalises) {
  for (auto interpolation :
       {Interpolation::kBilinear, Interpolation::kBicubic}) {
    for (auto [width, height] : {std::pair(60, 40), std::pair(40, 61),
                                 std::pair(7, 5), std::pair(1, 90)}) {
      ImageTransform transform = SmallTransform();
      transform.interpolation = interpolation;
      const Image image = Picture(width, height);
      const Image expected = CenterCrop(
          ResizeShorterSide(image, transform.resize_size, interpolation),
          transform.size);
      EXPECT_TRUE(EvaluatedPicture(image, transform).rgb == expected.rgb)
          << width << " x " << height;
      const std::vector<float> values = Evaluated(image, transform);
      for (size_t i = 0; i < values.size(); ++i) {
        const size_t channel = i / (24 * 24), pixel = i % (24 * 24);
        const float value = expected.rgb[pixel * 3 + channel] / 255.0f;
        ASSERT_FLOAT_EQ(values[i], (value - transform.mean[channel]) /
                                       transform.deviation[channel]);
      }
    }
  }
}

TEST(EvaluateImageTest, ALargerMiddleThanThePictureIsPaddedWithBlack) {
  ImageTransform transform = SmallTransform();
  transform.resize_size = 10;
  const Image image = Picture(20, 10);
  EXPECT_EQ(
      EvaluatedPicture(image, transform).rgb,
      CenterCrop(ResizeShorterSide(image, 10, Interpolation::kBilinear), 24)
          .rgb);
}

TEST(EvaluateImageTest, PicturesAreSquashedWhereTheNetworkWantsIt) {
  ImageTransform transform = SmallTransform();
  transform.scaling = Scaling::kBothSides;
  const Image image = Picture();
  EXPECT_EQ(
      EvaluatedPicture(image, transform).rgb,
      CenterCrop(Resize(image, 32, 32, Interpolation::kBilinear), 24).rgb);
  transform.resize_size = 24;
  EXPECT_EQ(EvaluatedPicture(image, transform).rgb,
            Resize(image, 24, 24, Interpolation::kBilinear).rgb);
}

TEST(EvaluateImageTest, AnOddRestIsDividedAsTheNetworkWantsIt) {
  ImageTransform transform = SmallTransform();
  // 43 columns, of which 19 are cut off: 10 and 9, or 9 and 10.
  const Image image = Picture(43, 32);
  EXPECT_EQ(
      EvaluatedPicture(image, transform).rgb,
      ResizePart(image, {10, 4, 24, 24}, 24, 24, Interpolation::kBilinear).rgb);
  transform.rounding = CropRounding::kDown;
  EXPECT_EQ(
      EvaluatedPicture(image, transform).rgb,
      ResizePart(image, {9, 4, 24, 24}, 24, 24, Interpolation::kBilinear).rgb);
}

TEST(AugmentImageTest, WithoutOperationsItIsTheEvaluatedPicture) {
  EXPECT_EQ(Augmented(Picture(), SmallTransform(), {}, kKey),
            Evaluated(Picture(), SmallTransform()));
}

TEST(AugmentImageTest, TheSameKeyGivesTheSameBits) {
  AugmentationPlan plan;
  for (const OperationKind& kind : EveryOperation()) {
    plan.operations.push_back({.probability = 0.5, .kind = kind});
  }
  EXPECT_EQ(Augmented(Picture(), SmallTransform(), plan, kKey),
            Augmented(Picture(), SmallTransform(), plan, kKey));
}

TEST(AugmentImageTest, SeedEpochAndSampleEachGiveOtherDraws) {
  const AugmentationPlan plan = Always(RandomResizedCrop());
  std::set<std::vector<float>> seen;
  for (const AugmentationKey& key :
       {kKey, AugmentationKey{.seed = 8, .epoch = 1, .sample = 2},
        AugmentationKey{.seed = 7, .epoch = 2, .sample = 2},
        AugmentationKey{.seed = 7, .epoch = 1, .sample = 3},
        AugmentationKey{.seed = 7, .epoch = 2, .sample = 1}}) {
    seen.insert(Augmented(Picture(), SmallTransform(), plan, key));
  }
  EXPECT_EQ(seen.size(), 5u);
}

// What one operation draws does not depend on how much another one drew.
TEST(AugmentImageTest, DrawsOfAnOperationFollowFromItsPlaceAlone) {
  const Operation erasing = {.probability = 1, .kind = RandomErasing()};
  const AugmentationPlan one = {
      .operations = {{.probability = 0, .kind = ColorJitter()}, erasing}};
  const AugmentationPlan other = {
      .operations = {{.probability = 1, .kind = HorizontalFlip()}, erasing}};
  auto erased = [](const std::vector<float>& values) {
    std::vector<size_t> places;
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] == 0) places.push_back(i);
    }
    return places;
  };
  ImageTransform transform = SmallTransform();
  // No pixel has this value, so that only erasing makes zeros.
  transform.mean = {0.123f, 0.123f, 0.123f};
  const auto places = erased(Augmented(Picture(), transform, one, kKey));
  EXPECT_FALSE(places.empty());
  EXPECT_EQ(places, erased(Augmented(Picture(), transform, other, kKey)));
}

TEST(AugmentImageTest, ProbabilityZeroIsNeverAndOneIsAlways) {
  const Image image = Picture();
  const std::vector<float> evaluated = Evaluated(image, SmallTransform());
  for (const OperationKind& kind : EveryOperation()) {
    SCOPED_TRACE(kind.index());
    for (uint64_t sample = 0; sample < 30; ++sample) {
      const AugmentationKey key = {.seed = 1, .epoch = 0, .sample = sample};
      AugmentationPlan plan = Always(kind);
      EXPECT_NE(Augmented(image, SmallTransform(), plan, key), evaluated);
      plan.operations[0].probability = 0;
      EXPECT_EQ(Augmented(image, SmallTransform(), plan, key), evaluated);
    }
  }
}

TEST(AugmentImageTest, AProbabilityIsTheShareOfPictures) {
  AugmentationPlan plan = Always(HorizontalFlip());
  plan.operations[0].probability = 0.25;
  const Image image = Picture(12, 12);
  const std::vector<float> evaluated = Evaluated(image, SmallTransform());
  int flipped = 0;
  for (uint64_t sample = 0; sample < 1000; ++sample) {
    flipped +=
        Augmented(image, SmallTransform(), plan,
                  {.seed = 1, .epoch = 0, .sample = sample}) != evaluated;
  }
  // Four deviations of a binomial distribution.
  EXPECT_NEAR(flipped, 250, 55);
}

TEST(AugmentImageTest, OperationsOfOneKindDrawEachForItself) {
  AugmentationPlan plan = Always(HorizontalFlip());
  plan.operations[0].probability = 0.5;
  plan.operations.push_back(plan.operations[0]);
  const Image image = Picture(12, 12);
  const std::vector<float> evaluated = Evaluated(image, SmallTransform());
  int flipped = 0;
  for (uint64_t sample = 0; sample < 1000; ++sample) {
    flipped +=
        Augmented(image, SmallTransform(), plan,
                  {.seed = 1, .epoch = 0, .sample = sample}) != evaluated;
  }
  // Once, not twice and not never.
  EXPECT_NEAR(flipped, 500, 65);
}

TEST(AugmentImageTest, ACropThatComesFirstTakesTheDecodedPicture) {
  // All of the picture, whatever its ratio.
  const RandomResizedCrop all = {
      .min_area = 1, .max_area = 1, .min_ratio = 1.5, .max_ratio = 1.5};
  const Image image = Picture(60, 40);
  EXPECT_TRUE(
      AugmentedPicture(image, SmallTransform(), Always(all), kKey).rgb ==
      Resize(image, 24, 24, Interpolation::kBilinear).rgb);
}

TEST(AugmentImageTest, OperationsBeforeTheCropSeeTheScaledPicture) {
  const AugmentationPlan plan = Always(HorizontalFlip());
  Image scaled = ResizeShorterSide(Picture(), 32, Interpolation::kBilinear);
  // Flipping the middle is flipping the whole: 48 and 24 are even.
  Image expected = CenterCrop(scaled, 24);
  for (int y = 0; y < 24; ++y) {
    for (int x = 0; x < 12; ++x) {
      std::swap_ranges(expected.rgb.begin() + (y * 24 + x) * 3,
                       expected.rgb.begin() + (y * 24 + x) * 3 + 3,
                       expected.rgb.begin() + (y * 24 + 23 - x) * 3);
    }
  }
  EXPECT_TRUE(AugmentedPicture(Picture(), SmallTransform(), plan, kKey).rgb ==
              expected.rgb);
}

TEST(AugmentImageTest, ErasedPixelsAreOfTheMeanColour) {
  const AugmentationPlan plan = Always(RandomErasing{
      .min_area = 0.2, .max_area = 0.2, .min_ratio = 1, .max_ratio = 1});
  Image white{.width = 24, .height = 24, .rgb = {}};
  white.rgb.assign(24 * 24 * 3, 255);
  const std::vector<float> values =
      Augmented(white, SmallTransform(), plan, kKey);
  // A square of round(24 * sqrt(0.2)) pixels in each channel.
  EXPECT_EQ(std::count(values.begin(), values.end(), 0.0f), 11 * 11 * 3);
  const Image shown = AugmentedPicture(white, SmallTransform(), plan, kKey);
  EXPECT_EQ(std::count(shown.rgb.begin(), shown.rgb.end(), 128), 11 * 11);
  EXPECT_EQ(std::count(shown.rgb.begin(), shown.rgb.end(), 64), 11 * 11);
  EXPECT_EQ(std::count(shown.rgb.begin(), shown.rgb.end(), 0), 11 * 11);
}

TEST(AugmentImageTest, ThePictureIsWhatIsNormalised) {
  AugmentationPlan plan;
  for (const OperationKind& kind : EveryOperation()) {
    if (!std::holds_alternative<RandomErasing>(kind)) {
      plan.operations.push_back({.probability = 1, .kind = kind});
    }
  }
  EXPECT_EQ(
      Augmented(Picture(), SmallTransform(), plan, kKey),
      Normalized(AugmentedPicture(Picture(), SmallTransform(), plan, kKey),
                 SmallTransform()));
}

TEST(AugmentImageTest, AVeryLongPictureTakesNoMoreMemoryThanAWideOne) {
  // Scaled as a whole it would be 32 x 960,000.
  const Image image = Picture(1, 30'000);
  const Image augmented =
      AugmentedPicture(image, SmallTransform(), Always(HorizontalFlip()), kKey);
  EXPECT_TRUE(augmented.rgb == EvaluatedPicture(image, SmallTransform()).rgb);
}

}  // namespace
}  // namespace tunesmith::worker
