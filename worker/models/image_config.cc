#include "worker/models/image_config.h"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/printable.h"

namespace tunesmith::worker {
namespace {

using nlohmann::json;

// timm's.
constexpr double kDefaultCropShare = 0.875;
constexpr char kDefaultInterpolation[] = "bicubic";
constexpr double kMinCropShare = 0.05;

// One side of `input_size`: [channels, height, width].
int SideOf(const json& size, ConfigReader& reader) {
  bool good = size.is_array() && size.size() == 3 &&
              size[1].is_number_integer() && size[0] == 3 && size[1] == size[2];
  int64_t side = good ? size[1].get<int64_t>() : 0;
  if (side >= 1 && side <= kMaxImageSize) return static_cast<int>(side);
  reader.Reject(absl::StrCat("input_size must be [3, S, S] with S from 1 to ",
                             kMaxImageSize));
  return 1;
}

// As timm: rounded down.
int Uncropped(int size, double share) { return static_cast<int>(size / share); }

// A share that timm makes `resize_size` of.
double ShareOf(int size, int resize_size) {
  double share = static_cast<double>(size) / resize_size;
  while (Uncropped(size, share) < resize_size) share = std::nextafter(share, 0);
  return share;
}

}  // namespace

void ReadChannels(const json& config, const char* key, double low, double high,
                  std::array<double, 3>& values, ConfigReader& reader) {
  auto found = config.find(key);
  if (found == config.end() || found->is_null()) return;
  bool good = found->is_number() ||
              (found->is_array() && found->size() == values.size());
  for (size_t i = 0; good && i < values.size(); ++i) {
    const json& value = found->is_number() ? *found : (*found)[i];
    good = value.is_number() && value.get<double>() >= low &&
           value.get<double>() <= high;
    if (good) values[i] = value.get<double>();
  }
  if (good) return;
  reader.Reject(
      absl::StrCat(key, " must be three numbers from ", low, " to ", high));
}

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
  ReadChannels(pretrained, "mean", 0, 1, input.mean, reader);
  ReadChannels(pretrained, "std", 1e-6, 1, input.deviation, reader);
  const std::string interpolation =
      reader.Text("interpolation", kDefaultInterpolation);
  input.bicubic = interpolation == "bicubic";
  if (interpolation != "bicubic" && interpolation != "bilinear") {
    reader.Reject(absl::StrCat("interpolation ", Printable(interpolation),
                               " is not supported (bilinear, bicubic)"));
  }
  const std::string mode = reader.Text("crop_mode", "center");
  input.squash = mode == "squash";
  if (mode != "center" && mode != "squash") {
    reader.Reject(absl::StrCat("crop_mode ", Printable(mode),
                               " is not supported (center, squash)"));
  }
  TUNESMITH_RETURN_IF_ERROR(reader.status());
  ConfigReader own(config);
  input.resize_size = static_cast<int>(
      own.Integer("resize_size", input.size, int64_t{kMaxImageSize} * 20,
                  Uncropped(input.size, share)));
  TUNESMITH_RETURN_IF_ERROR(own.status());
  return input;
}

void SetImageInputOfTimm(const ImageInputFacts& input, json& config) {
  json& pretrained = config["pretrained_cfg"];
  if (!pretrained.is_object()) pretrained = json::object();
  pretrained["input_size"] = {3, input.size, input.size};
  pretrained["crop_pct"] = ShareOf(input.size, input.resize_size);
  pretrained["crop_mode"] = input.squash ? "squash" : "center";
  pretrained["interpolation"] = input.bicubic ? "bicubic" : "bilinear";
  pretrained["mean"] = input.mean;
  pretrained["std"] = input.deviation;
  // Of what somebody else measured.
  pretrained.erase("test_input_size");
  pretrained.erase("test_crop_pct");
  config.erase("resize_size");
}

}  // namespace tunesmith::worker
