// SqueezeNet as Keras has it against the same weights under torchvision's
// names, where Caffe's order of channels and its normalisation are folded into
// the first convolution: two ways to the same features of real pictures.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/worker/scratch_directory.h"
#include "worker/models/image_encoder.h"
#include "worker/models/pretrained.h"
#include "worker/training/picture_reader.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

constexpr double kTolerance = 1e-4;

// Pictures that lie in a folder.
class Folder : public Archive {
 public:
  explicit Folder(const std::string& path) {
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.path().extension() != ".jpg") continue;
      files_.push_back(
          {entry.path().string(), static_cast<int64_t>(entry.file_size())});
    }
    std::sort(files_.begin(), files_.end(),
              [](const File& a, const File& b) { return a.path < b.path; });
  }

  const std::vector<File>& files() const override { return files_; }
  absl::StatusOr<std::string> Read(size_t index, int64_t) const override {
    return ReadBytes(files_[index].path);
  }

 private:
  std::vector<File> files_;
};

// A network with its weights and the description that goes with them.
struct Network {
  std::unique_ptr<PretrainedModel> model;
  std::shared_ptr<ImageEncoder> encoder;

  at::Tensor Features(const std::shared_ptr<Folder>& pictures,
                      size_t file) const {
    PictureReader reader({.transform = TransformOf(encoder->facts().input)},
                         /*seed=*/1);
    const int size = reader.transform().size;
    at::Tensor image = at::empty({1, 3, size, size}, at::kFloat);
    absl::Status status = reader.Read(
        {.picture = {.archive = pictures, .file = file}}, {},
        {image.mutable_data_ptr<float>(), reader.transform().values()});
    EXPECT_TRUE(status.ok()) << status;
    c10::NoGradGuard no_gradients;
    return encoder->forward(image, {});
  }
};

Network Load(const std::string& weights, const std::string& name,
             const nlohmann::json& config) {
  ScratchDirectory directory;
  directory.Write("config.json", config.dump());
  fs::copy_file(weights, directory.File(name));
  auto model = PretrainedModel::Open(directory.path());
  EXPECT_TRUE(model.ok()) << model.status();
  if (!model.ok()) return {};
  Network network{.model = *std::move(model), .encoder = nullptr};
  network.encoder = std::dynamic_pointer_cast<ImageEncoder>(
      *network.model->LoadEncoder(at::kCPU, {}, 1));
  return network;
}

double Difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>() / b.abs().max().item<double>();
}

TEST(KerasGoldenTest, SqueezeNetGivesTheFeaturesOfItsTorchvisionCopy) {
  const char* root = std::getenv("TUNESMITH_TEST_DATA");
  const std::string folder = std::string(root == nullptr ? "" : root) +
                             "/squeezenet1.1-imagenet-keras";
  const std::string keras_file =
      folder + "/squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5";
  const std::string pictures_folder =
      std::string(root == nullptr ? "" : root) + "/img-hymenoptera-subset/val";
  if (root == nullptr || !fs::exists(keras_file) ||
      !fs::exists(pictures_folder)) {
    GTEST_SKIP() << "needs the Keras SqueezeNet and the pictures of ants and "
                    "bees: set TUNESMITH_TEST_DATA";
  }
  // What Caffe's networks are given is known.
  Network keras = Load(keras_file, "model.h5",
                       {{"architecture", "squeezenet1_1"},
                        {"pretrained_cfg", {{"interpolation", "bilinear"}}}});
  Network torchvision =
      Load(folder + "/squeezenet1_1_features_imagenet.safetensors",
           "model.safetensors",
           {{"architecture", "squeezenet1_1"},
            {"pretrained_cfg", {{"interpolation", "bilinear"}}}});
  ASSERT_TRUE(keras.encoder && torchvision.encoder);

  auto ours = keras.encoder->named_parameters();
  for (const auto& item : torchvision.encoder->named_parameters()) {
    if (item.key().starts_with("features.0.")) continue;
    EXPECT_TRUE(ours[item.key()].equal(item.value())) << item.key();
  }
  auto pictures = std::make_shared<Folder>(pictures_folder);
  ASSERT_GE(pictures->files().size(), 8u);
  double largest = 0;
  for (size_t i = 0; i < 8; ++i) {
    double difference = Difference(keras.Features(pictures, i),
                                   torchvision.Features(pictures, i));
    EXPECT_LE(difference, kTolerance) << pictures->files()[i].path;
    largest = std::max(largest, difference);
  }
  RecordProperty("largest_difference", std::to_string(largest));
}

}  // namespace
}  // namespace tunesmith::worker
