#include "tests/gpu/gpu_check/random_inputs.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/status_macros.h"
#include "worker/images/encode_png.h"
#include "worker/models/description.h"

namespace tunesmith::worker {
namespace {

constexpr int kMostFiles = 64;

// Bits that the standard specifies; its distributions are left to libraries.
using Random = std::mt19937;

int Between(Random& random, int low, int high) {
  return low +
         static_cast<int>(random() % static_cast<uint32_t>(high - low + 1));
}

std::vector<Example> Texts(const Plan& plan, int vocabulary, int count,
                           Random& random) {
  std::vector<Example> examples;
  for (int i = 0; i < count; ++i) {
    Example& example = examples.emplace_back();
    example.row = i + 1;
    example.label = Between(random, 0, plan.labels - 1);
    int length = Between(random, plan.min_length, plan.max_length);
    // Token 0 pads.
    example.token_ids.push_back(1 + example.label);
    while (static_cast<int>(example.token_ids.size()) < length) {
      example.token_ids.push_back(Between(random, 1, vocabulary - 1));
    }
  }
  return examples;
}

// PNG files in memory.
class MemoryArchive : public Archive {
 public:
  void Add(std::string bytes) {
    files_.push_back({absl::StrCat(files_.size(), ".png"),
                      static_cast<int64_t>(bytes.size())});
    bytes_.push_back(std::move(bytes));
  }

  const std::vector<File>& files() const override { return files_; }
  absl::StatusOr<std::string> Read(size_t index, int64_t) const override {
    return bytes_[index];
  }

 private:
  std::vector<File> files_;
  std::vector<std::string> bytes_;
};

// Patches of colour, and a little noise. Noise alone would leave deep layers
// with nearly the same for all pictures, and normalisation would make large
// what is rounding there; without any, maxima would be ties.
Image Picture(int size, int brightness, Random& random) {
  constexpr int kPatches = 8;
  int colours[kPatches][kPatches][3];
  for (auto& row : colours) {
    for (auto& colour : row) {
      for (int& value : colour) value = brightness + Between(random, 0, 99);
    }
  }
  Image image{.width = size, .height = size};
  image.rgb.reserve(static_cast<size_t>(size) * size * 3);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      for (int value : colours[y * kPatches / size][x * kPatches / size]) {
        image.rgb.push_back(
            static_cast<uint8_t>(value + Between(random, 0, 5)));
      }
    }
  }
  return image;
}

// Several examples share a file where there are many: to write noise as PNG
// takes a while.
absl::StatusOr<std::vector<Example>> Pictures(const Plan& plan, int count,
                                              Random& random) {
  auto archive = std::make_shared<MemoryArchive>();
  std::vector<Example> files;
  for (int i = 0; i < std::min(count, kMostFiles); ++i) {
    int label = Between(random, 0, plan.labels - 1);
    TUNESMITH_ASSIGN_OR_RETURN(
        std::string png, EncodePng(Picture(plan.picture_size,
                                           label * 150 / plan.labels, random)));
    std::string digest = Sha256Hex(png);
    archive->Add(std::move(png));
    files.push_back(
        {.label = label,
         .picture = {archive, static_cast<size_t>(i), std::move(digest)}});
  }
  std::vector<Example> examples;
  for (int i = 0; i < count; ++i) {
    examples.push_back(files[static_cast<size_t>(i % kMostFiles)]);
    examples.back().row = i + 1;
  }
  return examples;
}

int VocabularyOf(const std::string& model) {
  std::ifstream file(model + "/config.json");
  return nlohmann::json::parse(file).value("vocab_size", 30522);
}

}  // namespace

absl::StatusOr<TrainingInputs> RandomInputs(const Plan& plan) {
  TUNESMITH_ASSIGN_OR_RETURN(ModelDescription description,
                             DescribeModel(plan.model));
  TrainingInputs inputs{.base_model_directory = plan.model};
  for (int i = 0; i < plan.labels; ++i) {
    inputs.labels.push_back(absl::StrCat("label ", i));
  }
  Random random(static_cast<uint32_t>(plan.seed));
  if (description.image_input.has_value()) {
    TUNESMITH_ASSIGN_OR_RETURN(inputs.training,
                               Pictures(plan, plan.examples, random));
    TUNESMITH_ASSIGN_OR_RETURN(inputs.validation,
                               Pictures(plan, plan.validation, random));
  } else {
    int vocabulary = VocabularyOf(plan.model);
    inputs.training = Texts(plan, vocabulary, plan.examples, random);
    inputs.validation = Texts(plan, vocabulary, plan.validation, random);
  }
  return inputs;
}

}  // namespace tunesmith::worker
