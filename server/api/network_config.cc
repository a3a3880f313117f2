#include "server/api/network_config.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/repeated_field.h"
#include "nlohmann/json.hpp"

namespace tunesmith::server {
namespace {

using nlohmann::json;

constexpr size_t kMaxArchitectureBytes = 64;
constexpr int kMaxSize = 4096;
constexpr int kMaxResizeSize = 8192;
constexpr int kMaxLabels = 32'768;
constexpr size_t kMaxLabelBytes = 256;
constexpr double kMaxEpsilon = 0.1;
// Less would turn the rounding of pixels into noise.
constexpr double kMinDeviation = 1e-6;

constexpr int kDefaultSize = 224;
// Of the shorter side, as ImageNet's networks are evaluated.
constexpr double kDefaultCrop = 0.875;

int SizeOf(const v1::ImageInput& input) {
  return input.size() == 0 ? kDefaultSize : input.size();
}

int ResizeSizeOf(const v1::ImageInput& input) {
  if (input.resize_size() != 0) return input.resize_size();
  return static_cast<int>(SizeOf(input) / kDefaultCrop + 0.5);
}

void CheckArchitecture(const std::string& architecture,
                       const FieldScope& scope) {
  if (architecture.empty()) {
    scope.Add("architecture", "required, for example \"resnet50\"");
    return;
  }
  bool spelled = std::all_of(
      architecture.begin(), architecture.end(), [](unsigned char c) {
        return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
      });
  if (spelled && architecture.size() <= kMaxArchitectureBytes) return;
  scope.Add("architecture",
            absl::StrCat("must be at most ", kMaxArchitectureBytes,
                         " of [a-z0-9_], got: ", Quoted(architecture)));
}

// One number for each colour, or none.
void CheckColours(const char* field,
                  const google::protobuf::RepeatedField<double>& values,
                  const Bounds& bounds, const FieldScope& scope) {
  if (values.empty()) return;
  if (values.size() != 3) {
    scope.Add(field, absl::StrCat("must have 3 entries (red, green, blue), "
                                  "got: ",
                                  values.size()));
    return;
  }
  for (int i = 0; i < values.size(); ++i) {
    scope.CheckNumber(absl::StrCat(field, "[", i, "]"), values[i], bounds);
  }
}

void CheckInput(const v1::ImageInput& input, const FieldScope& scope) {
  scope.CheckInteger("size", SizeOf(input), 1, kMaxSize);
  // Against a size that is wrong itself it says nothing.
  int smallest = std::clamp(SizeOf(input), 1, kMaxSize);
  if (input.resize_size() != 0) {
    scope.CheckInteger("resize_size", input.resize_size(), smallest,
                       kMaxResizeSize);
  }
  CheckColours("mean", input.mean(), {.low = 0, .high = 1}, scope);
  CheckColours("standard_deviation", input.standard_deviation(),
               {.low = kMinDeviation, .high = 1}, scope);
  scope.CheckEnum("interpolation", input.interpolation(),
                  v1::ImageInput::Interpolation_IsValid(input.interpolation()));
  scope.CheckEnum("channel_order", input.channel_order(),
                  v1::ImageInput::ChannelOrder_IsValid(input.channel_order()));
  scope.CheckEnum("scaling", input.scaling(),
                  v1::ImageInput::Scaling_IsValid(input.scaling()));
}

void CheckLabels(const google::protobuf::RepeatedPtrField<std::string>& labels,
                 const FieldScope& scope) {
  if (labels.size() > kMaxLabels) {
    scope.Add("labels", absl::StrCat("must be at most ", kMaxLabels,
                                     ", got: ", labels.size()));
    return;
  }
  std::set<std::string> seen;
  for (int i = 0; i < labels.size(); ++i) {
    std::string field = absl::StrCat("labels[", i, "]");
    if (labels[i].empty() || labels[i].size() > kMaxLabelBytes) {
      scope.Add(field, absl::StrCat("must be 1 to ", kMaxLabelBytes,
                                    " bytes, got: ", labels[i].size()));
    } else if (!seen.insert(labels[i]).second) {
      scope.Add(field, absl::StrCat("must be named once: ", Quoted(labels[i])));
    }
  }
}

json ColoursOf(const google::protobuf::RepeatedField<double>& values) {
  return std::vector<double>(values.begin(), values.end());
}

}  // namespace

void CheckNetwork(const v1::NetworkDescription& network,
                  const FieldScope& scope) {
  CheckArchitecture(network.architecture(), scope);
  scope.CheckEnum("padding", network.padding(),
                  v1::NetworkDescription::Padding_IsValid(network.padding()));
  CheckInput(network.input(), scope.At("input"));
  CheckLabels(network.labels(), scope);
  if (network.has_batch_norm_epsilon()) {
    scope.CheckNumber("batch_norm_epsilon", network.batch_norm_epsilon(),
                      {.low = 0, .high = kMaxEpsilon, .without_low = true});
  }
}

std::string ConfigOfNetwork(const v1::NetworkDescription& network) {
  const v1::ImageInput& input = network.input();
  const int size = SizeOf(input);
  const bool bicubic = input.interpolation() == v1::ImageInput::BICUBIC;
  const bool squash = input.scaling() == v1::ImageInput::BOTH_SIDES;
  json pretrained = {
      {"input_size", {3, size, size}},
      {"crop_pct", static_cast<double>(size) / ResizeSizeOf(input)},
      {"crop_mode", squash ? "squash" : "center"},
      {"interpolation", bicubic ? "bicubic" : "bilinear"}};
  if (!input.mean().empty()) pretrained["mean"] = ColoursOf(input.mean());
  if (!input.standard_deviation().empty()) {
    pretrained["std"] = ColoursOf(input.standard_deviation());
  }
  json config = {{"architecture", network.architecture()},
                 {"num_classes", network.labels_size()},
                 {"pretrained_cfg", std::move(pretrained)},
                 {"resize_size", ResizeSizeOf(input)}};
  if (!network.labels().empty()) {
    config["label_names"] = std::vector<std::string>(network.labels().begin(),
                                                     network.labels().end());
  }
  if (network.padding() != v1::NetworkDescription::PADDING_UNSPECIFIED) {
    config["padding"] =
        network.padding() == v1::NetworkDescription::TENSORFLOW_SAME
            ? "tensorflow_same"
            : "symmetric";
  }
  if (input.channel_order() != v1::ImageInput::CHANNEL_ORDER_UNSPECIFIED) {
    config["channel_order"] =
        input.channel_order() == v1::ImageInput::BGR ? "bgr" : "rgb";
  }
  if (network.has_batch_norm_epsilon()) {
    config["batch_norm_epsilon"] = network.batch_norm_epsilon();
  }
  return config.dump(2) + "\n";
}

}  // namespace tunesmith::server
