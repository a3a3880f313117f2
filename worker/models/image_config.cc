#include "worker/models/image_config.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/printable.h"
#include "worker/models/config_reader.h"

namespace tunesmith::worker {
namespace {

using nlohmann::json;

constexpr int kMaxSize = 4096;
// Of the ImageNet networks whose configs leave it out.
constexpr double kDefaultCropShare = 0.875;
constexpr double kMinCropShare = 0.05;
// Pillow's numbers, which transformers' configs hold.
constexpr int kPillowBilinear = 2;
constexpr int kPillowBicubic = 3;

// Three numbers under `key`, where it is set.
void ReadChannels(const json& config, const char* key, double low, double high,
                  std::array<double, 3>& values, ConfigReader& reader) {
  auto found = config.find(key);
  if (found == config.end() || found->is_null()) return;
  bool good = found->is_array() && found->size() == values.size();
  for (size_t i = 0; good && i < values.size(); ++i) {
    const json& value = (*found)[i];
    good = value.is_number() && value.get<double>() >= low &&
           value.get<double>() <= high;
    if (good) values[i] = value.get<double>();
  }
  if (good) return;
  reader.Reject(
      absl::StrCat(key, " must be three numbers from ", low, " to ", high));
}

void ReadNormalisation(const json& config, const char* mean,
                       const char* deviation, ImageInputFacts& input,
                       ConfigReader& reader) {
  ReadChannels(config, mean, 0, 1, input.mean, reader);
  ReadChannels(config, deviation, 1e-6, 1, input.deviation, reader);
}

// One side of `input_size`: [channels, height, width].
int SideOf(const json& size, ConfigReader& reader) {
  bool good = size.is_array() && size.size() == 3 &&
              size[1].is_number_integer() && size[0] == 3 && size[1] == size[2];
  int64_t side = good ? size[1].get<int64_t>() : 0;
  if (side >= 1 && side <= kMaxSize) return static_cast<int>(side);
  reader.Reject(
      absl::StrCat("input_size must be [3, S, S] with S from 1 to ", kMaxSize));
  return 1;
}

// A side that transformers writes as a number, or as an object with
// `shortest_edge` or with equal `height` and `width`; 0 when it is not there.
int EdgeOf(const json& config, const char* key, ConfigReader& reader) {
  auto found = config.find(key);
  if (found == config.end() || found->is_null()) return 0;
  const json* edge = &*found;
  if (edge->is_object()) {
    bool square = edge->contains("height") && edge->contains("width") &&
                  (*edge)["height"] == (*edge)["width"];
    const char* part = square ? "height" : "shortest_edge";
    edge = edge->contains(part) ? &(*edge)[part] : nullptr;
  }
  int64_t side =
      edge != nullptr && edge->is_number_integer() ? edge->get<int64_t>() : 0;
  if (side >= 1 && side <= kMaxSize) return static_cast<int>(side);
  reader.Reject(absl::StrCat(key, " must give one side from 1 to ", kMaxSize));
  return 0;
}

// As timm: rounded down.
int Uncropped(int size, double share) { return static_cast<int>(size / share); }

}  // namespace

absl::StatusOr<ImageInputFacts> ImageInputOfTimm(const json& config) {
  static const json kEmpty = json::object();
  auto found = config.find("pretrained_cfg");
  const json& pretrained =
      found != config.end() && found->is_object() ? *found : kEmpty;
  ImageInputFacts input;
  ConfigReader reader(pretrained);
  if (auto size = pretrained.find("input_size"); size != pretrained.end()) {
    input.size = SideOf(*size, reader);
  }
  double share = reader.Number("crop_pct", kMinCropShare, 1, kDefaultCropShare);
  ReadNormalisation(pretrained, "mean", "std", input, reader);
  std::string interpolation = reader.Text("interpolation", "bilinear");
  input.bicubic = interpolation == "bicubic";
  if (interpolation != "bicubic" && interpolation != "bilinear") {
    reader.Reject(absl::StrCat("interpolation ", Printable(interpolation),
                               " is not supported (bilinear, bicubic)"));
  }
  TUNESMITH_RETURN_IF_ERROR(reader.status());
  ConfigReader own(config);
  input.resize_size = static_cast<int>(
      own.Integer("resize_size", input.size, int64_t{kMaxSize} * 20,
                  Uncropped(input.size, share)));
  std::string order = own.Text("channel_order", "rgb");
  input.bgr = order == "bgr";
  if (order != "rgb" && order != "bgr") {
    own.Reject("channel_order must be rgb or bgr");
  }
  TUNESMITH_RETURN_IF_ERROR(own.status());
  return input;
}

absl::StatusOr<Padding> PaddingOfTimm(const json& config) {
  ConfigReader reader(config);
  std::string padding = reader.Text("padding", "symmetric");
  if (padding != "symmetric" && padding != "tensorflow_same") {
    reader.Reject("padding must be symmetric or tensorflow_same");
  }
  TUNESMITH_RETURN_IF_ERROR(reader.status());
  return padding == "symmetric" ? Padding::kSymmetric
                                : Padding::kTensorFlowSame;
}

absl::StatusOr<ImageInputFacts> ImageInputOfHuggingFace(
    const json& preprocessor, const ImageInputFacts& unset) {
  ImageInputFacts input = unset;
  ConfigReader reader(preprocessor);
  const int size = EdgeOf(preprocessor, "size", reader);
  const int cut = EdgeOf(preprocessor, "crop_size", reader);
  const double share = reader.Number("crop_pct", kMinCropShare, 1, 1);
  if (size != 0) {
    input.size = size;
    input.resize_size = Uncropped(size, share);
  }
  if (cut != 0 && size >= cut && reader.Flag("do_center_crop", true)) {
    input.size = cut;
    input.resize_size = size;
  }
  ReadNormalisation(preprocessor, "image_mean", "image_std", input, reader);
  const int64_t resample = reader.Integer(
      "resample", 0, 5, input.bicubic ? kPillowBicubic : kPillowBilinear);
  input.bicubic = resample == kPillowBicubic;
  if (resample != kPillowBicubic && resample != kPillowBilinear) {
    reader.Reject("resample must be 2 (bilinear) or 3 (bicubic)");
  }
  TUNESMITH_RETURN_IF_ERROR(reader.status());
  return input;
}

}  // namespace tunesmith::worker
