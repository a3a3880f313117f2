// Networks that differ from a library's own class in ways that no library reads
// from a file, and what torchvision and transformers make of results of them:
// see check_standard_forms.py.

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/from_blob.h"
#include "gtest/gtest.h"
#include "tests/golden/run_reference.h"
#include "tests/worker/scratch_directory.h"
#include "worker/formats/safetensors_file.h"
#include "worker/models/description.h"
#include "worker/tasks/image_classifier.h"
#include "worker/training/result_directory.h"

namespace tunesmith::worker {
namespace {

constexpr double kTolerance = 2e-4;
const std::vector<std::string> kLabels = {"ant", "bee", "wasp"};

// Whose base model is for pictures of another size.
const std::set<std::string> kResized = {"vit_other_size", "vit_smaller"};

std::map<std::string, at::Tensor> ReadTensors(const std::string& path) {
  auto file = SafetensorsFile::Open(path);
  EXPECT_TRUE(file.ok()) << file.status();
  std::map<std::string, at::Tensor> tensors;
  for (const SafetensorsEntry& entry : (*file)->entries()) {
    tensors[entry.name] =
        at::from_blob(const_cast<std::byte*>((*file)->Bytes(entry).data()),
                      entry.shape, at::kFloat)
            .clone();
  }
  return tensors;
}

// The product's own logits, once with the base's head and weights; writes the
// result.
void RunCase(const std::string& name, const std::string& directory) {
  auto request = ReadTensors(directory + "/request.safetensors");
  const at::Tensor& pictures = request.at("pictures");
  std::optional<int> size;
  if (kResized.contains(name)) size = static_cast<int>(pictures.size(2));
  auto base = PretrainedModel::Open(directory + "/base", size);
  ASSERT_TRUE(base.ok()) << name << ": " << base.status();
  EXPECT_EQ((*base)->description().head_labels, kLabels) << name;
  auto classifier =
      LoadImageClassifier(**base, {.labels = kLabels, .dropout = 0.0});
  ASSERT_TRUE(classifier.ok()) << name << ": " << classifier.status();
  c10::NoGradGuard no_gradients;
  const at::Tensor logits =
      (*classifier)->forward({.images_BCHW = pictures}, {});
  const at::Tensor& expected = request.at("logits");
  const double difference = (logits - expected).abs().max().item<double>() /
                            expected.abs().max().item<double>();
  EXPECT_LE(difference, kTolerance) << name;

  std::vector<NamedTensor> weights;
  for (const auto& item : (*classifier)->named_parameters()) {
    weights.push_back({item.key(), item.value()});
  }
  for (const auto& item : (*classifier)->named_buffers()) {
    weights.push_back({item.key(), item.value()});
  }
  const std::string result = directory + "/result";
  std::filesystem::create_directory(result);
  absl::Status written =
      WriteResultDirectory(**base, directory + "/base", kLabels, std::nullopt,
                           std::nullopt, weights, result);
  ASSERT_TRUE(written.ok()) << name << ": " << written;
  // A result is a base model that says what it was trained with.
  auto again = DescribeModel(result);
  ASSERT_TRUE(again.ok()) << name << ": " << again.status();
  EXPECT_TRUE(AreSame(*again->image_input, *(*base)->description().image_input))
      << name;
  EXPECT_EQ(again->head_labels, kLabels) << name;
  EXPECT_TRUE(again->notes.empty()) << name;
}

TEST(StandardFormGoldenTest, LibrariesComputeTheSameFromResults) {
  ScratchDirectory scratch;
  const int made =
      RunReference("check_standard_forms.py", "make " + scratch.path());
  if (made == kNoReference) {
    GTEST_SKIP() << "no Python with transformers and torchvision "
                    "(TUNESMITH_REFERENCE_PYTHON)";
  }
  ASSERT_EQ(made, 0);
  int cases = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(scratch.path())) {
    RunCase(entry.path().filename().string(), entry.path().string());
    ++cases;
  }
  EXPECT_GE(cases, 13);
  if (HasFailure()) return;
  EXPECT_EQ(RunReference("check_standard_forms.py", "check " + scratch.path()),
            0);
}

}  // namespace
}  // namespace tunesmith::worker
