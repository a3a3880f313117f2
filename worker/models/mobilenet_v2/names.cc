#include "worker/models/mobilenet_v2/names.h"

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

using Units = std::vector<MobileNetV2UnitPaths>;
using Stage = MobileNetV2Config::Stage;

// The stage of each residual.
std::vector<Stage> Residuals(const MobileNetV2Config& config) {
  std::vector<Stage> residuals;
  for (const Stage& stage : config.stages) {
    residuals.insert(residuals.end(), static_cast<size_t>(stage.count), stage);
  }
  return residuals;
}

}  // namespace

Units TorchvisionMobileNetV2Names(const MobileNetV2Config& config) {
  Units units = {{"features.0", "0", "1"}};
  int block = 0;
  for (const Stage& stage : Residuals(config)) {
    const std::string path = absl::StrCat("features.", ++block);
    int index = 0;
    if (stage.expansion != 1) {
      units.push_back({path, "conv.0.0", "conv.0.1"});
      index = 1;
    }
    const std::string depthwise = absl::StrCat("conv.", index);
    units.push_back({path, depthwise + ".0", depthwise + ".1"});
    units.push_back({path, absl::StrCat("conv.", index + 1),
                     absl::StrCat("conv.", index + 2)});
  }
  units.push_back({absl::StrCat("features.", ++block), "0", "1"});
  return units;
}

Units HuggingFaceMobileNetV2Names(const MobileNetV2Config& config) {
  Units units;
  auto add = [&units](const std::string& block, const std::string& unit) {
    const std::string path = unit.empty() ? "" : unit + ".";
    units.push_back({block, path + "convolution", path + "normalization"});
  };
  add("conv_stem", "first_conv");
  int residual = -1;
  for (const Stage& stage : Residuals(config)) {
    const std::string path =
        residual < 0 ? "conv_stem" : absl::StrCat("layer.", residual);
    ++residual;
    if (stage.expansion != 1) add(path, "expand_1x1");
    add(path, "conv_3x3");
    add(path, "reduce_1x1");
  }
  add("conv_1x1", "");
  return units;
}

}  // namespace tunesmith::worker
