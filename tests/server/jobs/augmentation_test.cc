#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/jobs/augmentation_defaults.h"
#include "server/jobs/check_spec.h"
#include "server/jobs/resolve_spec.h"
#include "tests/server/jobs/sample_spec.h"

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using v1::Augmentation;

Augmentation Parse(const std::string& text) {
  Augmentation augmentation;
  EXPECT_TRUE(
      google::protobuf::TextFormat::ParseFromString(text, &augmentation))
      << text;
  return augmentation;
}

std::vector<std::string> BadFields(const Augmentation& augmentation) {
  std::vector<FieldViolation> violations;
  CheckAugmentation(augmentation, FieldScope("a", &violations));
  std::vector<std::string> fields;
  for (const FieldViolation& violation : violations) {
    fields.push_back(violation.field);
  }
  return fields;
}

std::string Operations(const std::string& operation, int count = 1) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "operations { " + operation + " } ";
  return text;
}

struct Case {
  const char* operation;
  // Below the operation; empty: fine.
  const char* field;
};

class CheckOperationTest : public testing::TestWithParam<Case> {};

TEST_P(CheckOperationTest, IsJudged) {
  // The second one, to see its index.
  const std::vector<std::string> bad = BadFields(
      Parse("operations { grayscale {} } " + Operations(GetParam().operation)));
  if (GetParam().field == nullptr) {
    EXPECT_THAT(bad, IsEmpty()) << GetParam().operation;
  } else {
    EXPECT_THAT(bad,
                ElementsAre("a.operations[1]" + std::string(GetParam().field)))
        << GetParam().operation;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Moves, CheckOperationTest,
    testing::Values(
        Case{"", ""}, Case{"probability: 0.5", ""},
        Case{"probability: 0 horizontal_flip {}", nullptr},
        Case{"probability: 1.1 horizontal_flip {}", ".probability"},
        Case{"probability: nan vertical_flip {}", ".probability"},
        Case{"rotation {}", ".rotation.degrees"},
        Case{"rotation { degrees: 180 }", nullptr},
        Case{"rotation { degrees: 180.1 }", ".rotation.degrees"},
        Case{"rotation { degrees: -5 }", ".rotation.degrees"},
        Case{"zoom {}", nullptr},
        Case{"zoom { min_factor: 0.09 }", ".zoom.min_factor"},
        Case{"zoom { max_factor: 10.1 }", ".zoom.max_factor"},
        Case{"zoom { min_factor: 2 }", nullptr},
        Case{"zoom { min_factor: 2 max_factor: 2 }", nullptr},
        Case{"zoom { min_factor: 2 max_factor: 1.9 }", ".zoom.max_factor"},
        Case{"random_resized_crop { min_area: 0 }",
             ".random_resized_crop.min_area"},
        Case{"random_resized_crop { min_area: 0.5 max_area: 0.4 }",
             ".random_resized_crop.max_area"},
        Case{"random_resized_crop { max_area: 1.1 }",
             ".random_resized_crop.max_area"},
        Case{"random_resized_crop { min_ratio: 0.009 }",
             ".random_resized_crop.min_ratio"},
        Case{"random_resized_crop { max_ratio: 101 }",
             ".random_resized_crop.max_ratio"},
        Case{"random_resized_crop { max_area: 0.01 min_ratio: 100 }", nullptr},
        Case{"translation { horizontal: 0 vertical: 1 }", nullptr},
        Case{"translation { horizontal: -0.1 }", ".translation.horizontal"},
        Case{"translation { vertical: 1.1 }", ".translation.vertical"},
        Case{"shear { horizontal_degrees: 89 vertical_degrees: 0 }", nullptr},
        Case{"shear { horizontal_degrees: 90 }", ".shear.horizontal_degrees"},
        Case{"shear { vertical_degrees: inf }", ".shear.vertical_degrees"}));

INSTANTIATE_TEST_SUITE_P(
    Values, CheckOperationTest,
    testing::Values(
        Case{"color_jitter { brightness: 0 contrast: 1 hue: 0.5 }", nullptr},
        Case{"color_jitter { brightness: 1.1 }", ".color_jitter.brightness"},
        Case{"color_jitter { contrast: -1 }", ".color_jitter.contrast"},
        Case{"color_jitter { saturation: 2 }", ".color_jitter.saturation"},
        Case{"color_jitter { hue: 0.6 }", ".color_jitter.hue"},
        Case{"gaussian_blur { kernel_size: 99 }", nullptr},
        Case{"gaussian_blur { kernel_size: 4 }", ".gaussian_blur.kernel_size"},
        Case{"gaussian_blur { kernel_size: -3 }", ".gaussian_blur.kernel_size"},
        Case{"gaussian_blur { kernel_size: 101 }",
             ".gaussian_blur.kernel_size"},
        Case{"gaussian_blur { min_sigma: 0 }", ".gaussian_blur.min_sigma"},
        Case{"gaussian_blur { max_sigma: 101 }", ".gaussian_blur.max_sigma"},
        Case{"gaussian_blur { min_sigma: 3 max_sigma: 2 }",
             ".gaussian_blur.max_sigma"},
        Case{"random_erasing {}", nullptr},
        Case{"random_erasing { max_area: 0 }", ".random_erasing.max_area"},
        Case{"random_erasing { min_ratio: 4 max_ratio: 3 }",
             ".random_erasing.max_ratio"},
        Case{"rand_augment { operations: 14 magnitude: 0 }", nullptr},
        Case{"rand_augment { operations: 0 }", ".rand_augment.operations"},
        Case{"rand_augment { operations: 15 }", ".rand_augment.operations"},
        Case{"rand_augment { magnitude: 31 }", ".rand_augment.magnitude"},
        Case{"normalization {}", nullptr},
        Case{"probability: 1 normalization {}", nullptr},
        Case{"probability: 0.5 normalization {}", ".probability"},
        Case{"normalization { mean: [0, 1, 0.5] }", nullptr},
        Case{"normalization { mean: [0.5, 0.5] }", ".normalization.mean"},
        Case{"normalization { mean: [0.5, 1.5, 0.5] }",
             ".normalization.mean[1]"},
        Case{"normalization { standard_deviation: [1, 1, 0] }",
             ".normalization.standard_deviation[2]"}));

TEST(CheckAugmentationTest, OrderOfTheLastOnes) {
  EXPECT_THAT(BadFields(Parse("operations { grayscale {} } "
                              "operations { random_erasing {} } "
                              "operations { random_erasing {} } "
                              "operations { normalization {} }")),
              IsEmpty());
  EXPECT_THAT(BadFields(Parse("operations { random_erasing {} } "
                              "operations { grayscale {} }")),
              ElementsAre("a.operations[0].random_erasing"));
  EXPECT_THAT(BadFields(Parse("operations { normalization {} } "
                              "operations { normalization {} }")),
              ElementsAre("a.operations[0].normalization"));
  EXPECT_THAT(BadFields(Parse("operations { normalization {} } "
                              "operations { random_erasing {} }")),
              ElementsAre("a.operations[0].normalization"));
}

TEST(CheckAugmentationTest, NormalizationIsNotCounted) {
  const std::string most = Operations("grayscale {}", 32);
  EXPECT_THAT(BadFields(Parse(most)), IsEmpty());
  EXPECT_THAT(BadFields(Parse(most + Operations("normalization {}"))),
              IsEmpty());
  EXPECT_THAT(BadFields(Parse(most + Operations("grayscale {}"))),
              ElementsAre("a.operations"));
  EXPECT_THAT(BadFields(Parse(Operations("normalization {}", 40))),
              ElementsAre("a.operations"));
}

TEST(CheckAugmentationTest, MixesHaveAnAlpha) {
  EXPECT_THAT(BadFields(Parse("mixup { alpha: 100 }")), IsEmpty());
  EXPECT_THAT(BadFields(Parse("mixup { alpha: 0 }")),
              ElementsAre("a.mixup.alpha"));
  EXPECT_THAT(BadFields(Parse("cutmix {}")), IsEmpty());
  EXPECT_THAT(BadFields(Parse("cutmix { alpha: 101 }")),
              ElementsAre("a.cutmix.alpha"));
}

TEST(CheckAugmentationTest, IsForPicturesOnly) {
  v1::JobSpec spec = SampleSpec();
  spec.mutable_augmentation()->add_operations();
  std::vector<std::string> fields;
  for (const FieldViolation& violation : CheckSpec(spec, "job.spec")) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ElementsAre("job.spec.augmentation.operations[0]",
                                  "job.spec.augmentation"));
  spec.mutable_task()->mutable_image_classification();
  spec.mutable_augmentation()->clear_operations();
  EXPECT_THAT(CheckSpec(spec, ""), IsEmpty());
}

TEST(FillAugmentationTest, FillsInWhatTheContractSays) {
  Augmentation augmentation = Parse(R"pb(
    operations { horizontal_flip {} }
    operations { random_resized_crop {} }
    operations { grayscale {} }
    operations { zoom {} }
    operations { translation { vertical: 0 } }
    operations { shear {} }
    operations { color_jitter { hue: 0.1 } }
    operations { gaussian_blur {} }
    operations { rand_augment {} }
    operations { random_erasing {} }
    mixup {}
  )pb");
  FillAugmentation(augmentation);
  EXPECT_EQ(augmentation.ShortDebugString(),
            Parse(R"pb(
              operations {
                probability: 0.5
                horizontal_flip {}
              }
              operations {
                probability: 1
                random_resized_crop {
                  min_area: 0.08
                  max_area: 1
                  min_ratio: 0.75
                  max_ratio: 1.3333333333333333
                }
              }
              operations {
                probability: 0.1
                grayscale {}
              }
              operations {
                probability: 1
                zoom { min_factor: 0.8 max_factor: 1.2 }
              }
              operations {
                probability: 1
                translation { horizontal: 0.1 vertical: 0 }
              }
              operations {
                probability: 1
                shear { horizontal_degrees: 10 vertical_degrees: 0 }
              }
              operations {
                probability: 1
                color_jitter {
                  brightness: 0.2
                  contrast: 0.2
                  saturation: 0.2
                  hue: 0.1
                }
              }
              operations {
                probability: 1
                gaussian_blur { kernel_size: 5 min_sigma: 0.1 max_sigma: 2 }
              }
              operations {
                probability: 1
                rand_augment { operations: 2 magnitude: 9 }
              }
              operations {
                probability: 0.5
                random_erasing {
                  min_area: 0.02
                  max_area: 0.33
                  min_ratio: 0.3
                  max_ratio: 3.3
                }
              }
              mixup { alpha: 0.2 }
            )pb")
                .ShortDebugString());
}

TEST(FillAugmentationTest, ABoundTakesTheOtherOnesDefaultAlong) {
  Augmentation augmentation = Parse(
      "operations { zoom { min_factor: 2 } } "
      "operations { random_resized_crop { max_area: 0.05 } }");
  FillAugmentation(augmentation);
  EXPECT_EQ(augmentation.operations(0).zoom().max_factor(), 2);
  EXPECT_EQ(augmentation.operations(1).random_resized_crop().min_area(), 0.05);
  EXPECT_THAT(BadFields(augmentation), IsEmpty());
}

v1::ImageInput SampleInput() {
  v1::ImageInput input;
  for (double mean : {0.1, 0.2, 0.3}) input.add_mean(mean);
  for (double deviation : {0.4, 0.5, 0.6}) {
    input.add_standard_deviation(deviation);
  }
  return input;
}

TEST(FillNormalizationTest, IsAddedWithTheModelsValues) {
  Augmentation augmentation;
  FillNormalization(SampleInput(), augmentation);
  ASSERT_EQ(augmentation.operations_size(), 1);
  EXPECT_EQ(augmentation.operations(0).probability(), 1);
  EXPECT_THAT(augmentation.operations(0).normalization().mean(),
              ElementsAre(0.1, 0.2, 0.3));
  EXPECT_THAT(augmentation.operations(0).normalization().standard_deviation(),
              ElementsAre(0.4, 0.5, 0.6));
  // Once is enough.
  FillNormalization(SampleInput(), augmentation);
  EXPECT_EQ(augmentation.operations_size(), 1);
}

TEST(FillNormalizationTest, WhatIsSetStays) {
  Augmentation augmentation = Parse(
      "operations { grayscale {} } "
      "operations { normalization { mean: [0.5, 0.5, 0.5] } }");
  FillNormalization(SampleInput(), augmentation);
  ASSERT_EQ(augmentation.operations_size(), 2);
  EXPECT_THAT(augmentation.operations(1).normalization().mean(),
              ElementsAre(0.5, 0.5, 0.5));
  EXPECT_THAT(augmentation.operations(1).normalization().standard_deviation(),
              ElementsAre(0.4, 0.5, 0.6));
}

}  // namespace
}  // namespace tunesmith::server
