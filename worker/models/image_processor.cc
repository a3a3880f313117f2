#include "worker/models/image_processor.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/printable.h"
#include "worker/models/config_reader.h"
#include "worker/models/image_config.h"

namespace tunesmith::worker {
namespace {

using nlohmann::json;

// Pillow's numbers, which files hold.
constexpr int kBilinear = 2;
constexpr int kBicubic = 3;
// ConvNext's processor squashes from here on, and cuts below.
constexpr int kConvNextSquashes = 384;
constexpr double kPerByte = 1.0 / 255;

constexpr std::array<double, 3> kHalf = {0.5, 0.5, 0.5};
constexpr std::array<double, 3> kClipMean = {0.48145466, 0.4578275, 0.40821073};
constexpr std::array<double, 3> kClipDeviation = {0.26862954, 0.26130258,
                                                  0.27577711};

// A class of transformers and what it does unless the file says otherwise.
struct Processor {
  std::string_view name;
  // Of both sides, or of the shorter one; a bare number means the same.
  int size;
  bool squash;
  bool crops;
  int resample;
  std::array<double, 3> mean = kHalf;
  std::array<double, 3> deviation = kHalf;
};

constexpr char kConvNext[] = "ConvNextImageProcessor";
constexpr char kSquashing[] = "ViTImageProcessor";
constexpr char kSquashingAndCropping[] = "DeiTImageProcessor";
constexpr char kCropping[] = "BitImageProcessor";

constexpr std::array<Processor, 8> kProcessors = {{
    {kSquashing, 224, true, false, kBilinear},
    {"BeitImageProcessor", 224, true, false, kBicubic},
    {kSquashingAndCropping, 256, true, true, kBicubic},
    {kCropping, 224, false, true, kBicubic, kClipMean, kClipDeviation},
    {"CLIPImageProcessor", 224, false, true, kBicubic, kClipMean,
     kClipDeviation},
    {"MobileNetV1ImageProcessor", 256, false, true, kBilinear},
    {"MobileNetV2ImageProcessor", 256, false, true, kBilinear},
    {kConvNext, 384, false, false, kBicubic},
}};
constexpr int kDefaultCrop = 224;

std::string KnownProcessors() {
  std::string names;
  for (const Processor& processor : kProcessors) {
    absl::StrAppend(&names, names.empty() ? "" : ", ",
                    std::string(processor.name));
  }
  return names;
}

// The class that the file names, by its name of today.
std::string ClassOf(std::string_view unset, ConfigReader& reader) {
  std::string name = reader.Text("image_processor_type", "");
  if (name.empty()) {
    name = reader.Text("feature_extractor_type", std::string(unset));
    constexpr std::string_view kOld = "FeatureExtractor";
    if (size_t at = name.find(kOld); at != std::string::npos) {
      name.replace(at, kOld.size(), "ImageProcessor");
    }
  }
  if (name.ends_with("Fast")) name.resize(name.size() - 4);
  return name;
}

// What a `size` asks for; 0 where it is not there.
struct Size {
  int shortest_edge = 0;
  int side = 0;
};

// A side from 1 on; 0, and rejected, otherwise.
int SideOf(const json& value, const char* key, ConfigReader& reader) {
  const int64_t side = value.is_number_integer() ? value.get<int64_t>() : 0;
  if (side >= 1 && side <= kMaxImageSize) return static_cast<int>(side);
  reader.Reject(
      absl::StrCat(key, " must be a whole number from 1 to ", kMaxImageSize));
  return 0;
}

Size SizeOf(const json& value, const char* key, bool number_is_square,
            ConfigReader& reader) {
  if (!value.is_object() && !value.is_array()) {
    const int side = SideOf(value, key, reader);
    return number_is_square ? Size{.side = side} : Size{.shortest_edge = side};
  }
  json height, width, shortest;
  if (value.is_array()) {
    if (value.size() == 2) height = value[0], width = value[1];
  } else {
    for (const auto& [name, part] : value.items()) {
      if (part.is_null()) continue;
      if (name == "height") {
        height = part;
      } else if (name == "width") {
        width = part;
      } else if (name == "shortest_edge") {
        shortest = part;
      } else {
        reader.Reject(absl::StrCat(key, ".", Printable(name),
                                   " is not supported (shortest_edge, or "
                                   "height and width)"));
      }
    }
  }
  if (!shortest.is_null() && height.is_null() && width.is_null()) {
    return {.shortest_edge = SideOf(shortest, key, reader)};
  }
  if (height.is_null() || height != width || !shortest.is_null()) {
    reader.Reject(absl::StrCat(
        key, " must have one shortest_edge, or equal height and width"));
    return {};
  }
  return {.side = SideOf(height, key, reader)};
}

const json* Find(const json& object, const char* key) {
  auto value = object.find(key);
  return value == object.end() || value->is_null() ? nullptr : &*value;
}

// Reads one file.
class Reading {
 public:
  Reading(const json& file, std::string_view unset)
      : file_(file), reader_(file, "preprocessor_config.json"), unset_(unset) {}

  absl::StatusOr<ImageInputFacts> Read();

 private:
  absl::Status FindProcessor();
  void ReadSizes();
  void ReadConvNextSizes(const Size& size);
  void Cut(const Size& size);
  void ReadValues();

  const json& file_;
  ConfigReader reader_;
  const std::string_view unset_;
  Processor processor_{};
  ImageInputFacts input_;
};

absl::Status Reading::FindProcessor() {
  const std::string name = ClassOf(unset_, reader_);
  TUNESMITH_RETURN_IF_ERROR(reader_.status());
  for (const Processor& known : kProcessors) {
    if (known.name != name) continue;
    processor_ = known;
    return absl::OkStatus();
  }
  reader_.Reject(absl::StrCat("image_processor_type ", Printable(name),
                              " is not supported (", KnownProcessors(), ")"));
  return reader_.status();
}

// The stages of ConvNext's own scaling, which cuts by itself.
void Reading::ReadConvNextSizes(const Size& size) {
  const double share = reader_.Number("crop_pct", 0.05, 1, 0.875);
  const int side = size.shortest_edge;
  if (side == 0) {
    reader_.Reject("size must have a shortest_edge");
    return;
  }
  input_.size = side;
  input_.squash = side >= kConvNextSquashes;
  input_.resize_size = input_.squash ? side : static_cast<int>(side / share);
}

void Reading::Cut(const Size& size) {
  Size crop{.side = kDefaultCrop};
  if (const json* value = Find(file_, "crop_size")) {
    crop = SizeOf(*value, "crop_size", true, reader_);
  }
  if (crop.side == 0) {
    reader_.Reject("crop_size must have equal height and width");
  }
  input_.size = crop.side;
  input_.resize_size = size.side != 0 ? size.side : size.shortest_edge;
}

void Reading::ReadSizes() {
  if (!reader_.Flag("do_resize", true)) {
    reader_.Reject(
        "do_resize: false is not supported: pictures come in many sizes");
  }
  if (reader_.Flag("do_pad", false)) {
    reader_.Reject("do_pad is not supported");
  }
  Size size = processor_.squash ? Size{.side = processor_.size}
                                : Size{.shortest_edge = processor_.size};
  if (const json* value = Find(file_, "size")) {
    size = SizeOf(*value, "size", processor_.squash, reader_);
  }
  const bool crops = reader_.Flag("do_center_crop", processor_.crops);
  if (processor_.name == kConvNext) {
    ReadConvNextSizes(size);
    if (!crops) return;
    const ImageInputFacts cut = input_;
    Cut(size);
    if (input_.size != cut.size) {
      reader_.Reject("crop_size must be what size leaves already");
    }
    input_ = cut;
    return;
  }
  input_.squash = size.side != 0;
  if (crops) {
    Cut(size);
    return;
  }
  if (!input_.squash) {
    reader_.Reject(
        "size.shortest_edge without do_center_crop is not supported: the "
        "network is given squares");
  }
  input_.size = input_.resize_size = size.side;
}

// A byte v becomes (v * factor - mean) / deviation, which is told here of
// v / 255.
void Reading::ReadValues() {
  input_.mean = processor_.mean;
  input_.deviation = processor_.deviation;
  double factor = reader_.Number("rescale_factor", 1e-6, 1, kPerByte);
  if (!reader_.Flag("do_rescale", true)) factor = 1;
  ReadChannels(file_, "image_mean", 0, 255, input_.mean, reader_);
  ReadChannels(file_, "image_std", 1e-6, 255, input_.deviation, reader_);
  if (!reader_.Flag("do_normalize", true)) {
    input_.mean = {0, 0, 0};
    input_.deviation = {1, 1, 1};
  }
  const double whole = 255 * factor;
  if (std::abs(whole - 1) < 1e-9) return;
  for (size_t i = 0; i < input_.mean.size(); ++i) {
    input_.mean[i] /= whole;
    input_.deviation[i] /= whole;
  }
}

absl::StatusOr<ImageInputFacts> Reading::Read() {
  TUNESMITH_RETURN_IF_ERROR(FindProcessor());
  input_.crop_rounds_down = true;
  ReadSizes();
  const int64_t resample =
      reader_.Integer("resample", 0, 5, processor_.resample);
  input_.bicubic = resample == kBicubic;
  if (resample != kBicubic && resample != kBilinear) {
    reader_.Reject(absl::StrCat(
        "resample ", resample, " is not supported (2 is bilinear, 3 bicubic)"));
  }
  ReadValues();
  TUNESMITH_RETURN_IF_ERROR(reader_.status());
  return input_;
}

}  // namespace

absl::StatusOr<ImageInputFacts> ImageInputOfProcessor(const json& preprocessor,
                                                      std::string_view unset) {
  return Reading(preprocessor, unset).Read();
}

json ProcessorOf(const ImageInputFacts& input) {
  auto square = [](int side) {
    return json{{"height", side}, {"width", side}};
  };
  const bool crops = !input.squash || input.size != input.resize_size;
  return {{"image_processor_type", !input.squash ? kCropping
                                   : crops       ? kSquashingAndCropping
                                                 : kSquashing},
          {"do_convert_rgb", true},
          {"do_resize", true},
          {"size", input.squash ? square(input.resize_size)
                                : json{{"shortest_edge", input.resize_size}}},
          {"resample", input.bicubic ? kBicubic : kBilinear},
          {"do_center_crop", crops},
          {"crop_size", square(input.size)},
          {"do_rescale", true},
          {"rescale_factor", kPerByte},
          {"do_normalize", true},
          {"image_mean", input.mean},
          {"image_std", input.deviation}};
}

}  // namespace tunesmith::worker
