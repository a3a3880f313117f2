#include "tests/worker/training/picture_run.h"

#include "gtest/gtest.h"
#include "proto/artifact/sha256.h"
#include "worker/images/encode_png.h"
#include "worker/models/description.h"
#include "worker/training/picture_reader.h"

namespace tunesmith::worker {
namespace {

std::string Directory() {
  return std::string(TUNESMITH_GOLDEN_DIR) + "/resnet_basic_tiny";
}

Image Picture(int number) {
  Image image{.width = 36 + number % 5, .height = 34};
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        const int glow = channel == number % 3 ? 90 : 0;
        image.rgb.push_back(static_cast<uint8_t>(
            glow + (x * 7 + y * 3 * number + channel * 11) % 120));
      }
    }
  }
  return image;
}

}  // namespace

FakeArchive::FakeArchive(int count) {
  for (int i = 0; i < count; ++i) {
    bytes_.push_back(*EncodePng(Picture(i)));
    files_.push_back({std::to_string(i) + ".png",
                      static_cast<int64_t>(bytes_.back().size())});
  }
}

absl::StatusOr<std::string> FakeArchive::Read(size_t index, int64_t) const {
  ++reads_;
  return bytes_[index];
}

std::vector<Example> FakeArchive::Examples(
    std::shared_ptr<const FakeArchive> from, int first, int count) {
  std::vector<Example> examples;
  for (int i = first; i < first + count; ++i) {
    const size_t file = static_cast<size_t>(i);
    examples.push_back(
        {.row = i - first + 1,
         .label = i % 3,
         .picture = {from, file, Sha256Hex(from->bytes_[file])}});
  }
  return examples;
}

std::vector<ParameterPlan> PlanFreezingPictures(
    const std::vector<std::string>& frozen) {
  return PlanFreezing(Directory(), frozen);
}

PicturePlan PictureRun() {
  PicturePlan plan;
  plan.archive = std::make_shared<FakeArchive>(40);
  plan.inputs = {.base_model_directory = Directory(),
                 .labels = {"a", "b", "c"},
                 .training = FakeArchive::Examples(plan.archive, 0, 21),
                 .validation = FakeArchive::Examples(plan.archive, 21, 10),
                 .test = FakeArchive::Examples(plan.archive, 31, 9)};
  TrainingOptions& options = plan.options;
  options.epochs = 2;
  options.batch_size = 8;
  options.learning_rate = 1e-2;
  options.order = BatchOrder::kShuffled;
  options.parameters = PlanFreezingPictures({});
  return plan;
}

void Vary(TrainingOptions& options) {
  options.pictures = PictureOptions{
      .transform = TransformOf(*DescribeModel(Directory())->image_input),
      .augmentation = {
          {{1, RandomResizedCrop{.min_area = 0.5}}, {0.5, HorizontalFlip{}}}}};
}

}  // namespace tunesmith::worker
