#include "worker/trainer/wire_augmentation.h"

#include <google/protobuf/text_format.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace v1 = tunesmith::v1;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message))
      << text;
  return message;
}

const ImageInputFacts kInput = {.size = 96,
                                .resize_size = 128,
                                .squash = true,
                                .crop_rounds_down = true,
                                .bicubic = true,
                                .mean = {0.5, 0.25, 0.125},
                                .deviation = {1, 0.5, 0.25}};

// One of each, with a value of its own in every field.
constexpr char kAugmentation[] = R"pb(
  operations {
    probability: 0.25
    rotation { degrees: 15 }
  }
  operations {
    probability: 0
    horizontal_flip {}
  }
  operations {
    probability: 0.75
    vertical_flip {}
  }
  operations {
    probability: 1
    zoom { min_factor: 0.5 max_factor: 3 }
  }
  operations {
    probability: 1
    random_resized_crop {
      min_area: 0.1
      max_area: 0.2
      min_ratio: 0.3
      max_ratio: 0.4
    }
  }
  operations {
    probability: 1
    translation { horizontal: 0.5 vertical: 0.6 }
  }
  operations {
    probability: 1
    shear { horizontal_degrees: 7 vertical_degrees: 8 }
  }
  operations {
    probability: 1
    color_jitter { brightness: 0.9 contrast: 0.11 saturation: 0.12 hue: 0.13 }
  }
  operations {
    probability: 1
    grayscale {}
  }
  operations {
    probability: 1
    gaussian_blur { kernel_size: 15 min_sigma: 1.6 max_sigma: 1.7 }
  }
  operations {
    probability: 1
    rand_augment { operations: 5 magnitude: 19 }
  }
  operations {
    probability: 1
    random_erasing {
      min_area: 0.21
      max_area: 0.22
      min_ratio: 2.3
      max_ratio: 2.4
    }
  }
  operations {
    probability: 1
    normalization {}
  }
)pb";

TEST(WireAugmentationTest, TransformKeepsEveryField) {
  auto transform = ToImageTransform(kInput, {});
  ASSERT_TRUE(transform.ok()) << transform.status();
  EXPECT_EQ(transform->size, 96);
  EXPECT_EQ(transform->resize_size, 128);
  EXPECT_EQ(transform->interpolation, Interpolation::kBicubic);
  EXPECT_EQ(transform->scaling, Scaling::kBothSides);
  EXPECT_EQ(transform->rounding, CropRounding::kDown);
  EXPECT_THAT(transform->mean, ElementsAre(0.5f, 0.25f, 0.125f));
  EXPECT_THAT(transform->deviation, ElementsAre(1.0f, 0.5f, 0.25f));
}

TEST(WireAugmentationTest, TheAugmentationsNormalizationWins) {
  auto transform = ToImageTransform(
      kInput,
      Parse<v1::Augmentation>("operations { normalization { mean: [0, 0, 0] "
                              "standard_deviation: [0.1, 0.2, 0.3] } }"));
  ASSERT_TRUE(transform.ok()) << transform.status();
  EXPECT_THAT(transform->mean, ElementsAre(0.0f, 0.0f, 0.0f));
  EXPECT_THAT(transform->deviation, ElementsAre(0.1f, 0.2f, 0.3f));
}

TEST(WireAugmentationTest, ANormalizationThatCannotBeIsInternal) {
  for (const char* text :
       {"mean: [0, 0] standard_deviation: [1, 1, 1]", "mean: [0, 0, 0]",
        "mean: [0, 0, 0] standard_deviation: [1, 0, 1]"}) {
    auto augmentation = Parse<v1::Augmentation>(
        absl::StrCat("operations { normalization { ", text, " } }"));
    EXPECT_EQ(ToImageTransform(kInput, augmentation).status().code(),
              absl::StatusCode::kInternal)
        << text;
  }
}

TEST(WireAugmentationTest, PlanKeepsOrderProbabilityAndKind) {
  auto plan = ToAugmentationPlan(Parse<v1::Augmentation>(kAugmentation));
  ASSERT_TRUE(plan.ok()) << plan.status();
  // All but the normalisation.
  ASSERT_EQ(plan->operations.size(), std::variant_size_v<OperationKind>);
  EXPECT_EQ(plan->operations[0].probability, 0.25);
  EXPECT_EQ(plan->operations[1].probability, 0);
  EXPECT_EQ(plan->operations[2].probability, 0.75);
  EXPECT_EQ(std::get<Rotation>(plan->operations[0].kind).degrees, 15);
  EXPECT_TRUE(std::holds_alternative<HorizontalFlip>(plan->operations[1].kind));
  EXPECT_TRUE(std::holds_alternative<VerticalFlip>(plan->operations[2].kind));
  const auto& zoom = std::get<Zoom>(plan->operations[3].kind);
  EXPECT_EQ(zoom.min_factor, 0.5);
  EXPECT_EQ(zoom.max_factor, 3);
  const auto& crop = std::get<RandomResizedCrop>(plan->operations[4].kind);
  EXPECT_EQ(crop.min_area, 0.1);
  EXPECT_EQ(crop.max_area, 0.2);
  EXPECT_EQ(crop.min_ratio, 0.3);
  EXPECT_EQ(crop.max_ratio, 0.4);
  const auto& translation = std::get<Translation>(plan->operations[5].kind);
  EXPECT_EQ(translation.horizontal, 0.5);
  EXPECT_EQ(translation.vertical, 0.6);
  const auto& shear = std::get<Shear>(plan->operations[6].kind);
  EXPECT_EQ(shear.horizontal_degrees, 7);
  EXPECT_EQ(shear.vertical_degrees, 8);
}

TEST(WireAugmentationTest, PlanKeepsParametersOfValues) {
  auto plan = ToAugmentationPlan(Parse<v1::Augmentation>(kAugmentation));
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto& jitter = std::get<ColorJitter>(plan->operations[7].kind);
  EXPECT_EQ(jitter.brightness, 0.9);
  EXPECT_EQ(jitter.contrast, 0.11);
  EXPECT_EQ(jitter.saturation, 0.12);
  EXPECT_EQ(jitter.hue, 0.13);
  EXPECT_TRUE(std::holds_alternative<Grayscale>(plan->operations[8].kind));
  const auto& blur = std::get<GaussianBlur>(plan->operations[9].kind);
  EXPECT_EQ(blur.kernel_size, 15);
  EXPECT_EQ(blur.min_sigma, 1.6);
  EXPECT_EQ(blur.max_sigma, 1.7);
  const auto& augment = std::get<RandAugment>(plan->operations[10].kind);
  EXPECT_EQ(augment.operations, 5);
  EXPECT_EQ(augment.magnitude, 19);
  const auto& erasing = std::get<RandomErasing>(plan->operations[11].kind);
  EXPECT_EQ(erasing.min_area, 0.21);
  EXPECT_EQ(erasing.max_area, 0.22);
  EXPECT_EQ(erasing.min_ratio, 2.3);
  EXPECT_EQ(erasing.max_ratio, 2.4);
}

TEST(WireAugmentationTest, OpenFieldsAreInternalAndNameTheOperation) {
  for (const char* open :
       {"operations { grayscale {} }", "operations { probability: 1 zoom {} }",
        "operations { probability: 1 color_jitter { hue: 0 } }"}) {
    absl::Status status =
        ToAugmentationPlan(Parse<v1::Augmentation>(open)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << open;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("augmentation.operations[0]"));
  }
}

TEST(WireAugmentationTest, AnOperationOfALaterReleaseIsUnimplemented) {
  EXPECT_EQ(ToAugmentationPlan(
                Parse<v1::Augmentation>("operations { probability: 1 }"))
                .status()
                .code(),
            absl::StatusCode::kUnimplemented);
}

TEST(WireAugmentationTest, MixesOfABatch) {
  EXPECT_TRUE(std::holds_alternative<std::monostate>(*ToBatchMix({})));
  auto mixup = ToBatchMix(Parse<v1::Augmentation>("mixup { alpha: 0.3 }"));
  EXPECT_EQ(std::get<Mixup>(*mixup).alpha, 0.3);
  auto cutmix = ToBatchMix(Parse<v1::Augmentation>("cutmix { alpha: 0.4 }"));
  EXPECT_EQ(std::get<CutMix>(*cutmix).alpha, 0.4);
  EXPECT_EQ(ToBatchMix(Parse<v1::Augmentation>("cutmix {}")).status().code(),
            absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace tunesmith::worker
