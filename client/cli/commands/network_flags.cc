#include "client/cli/commands/network_flags.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

// More than the server takes; keeps a mistaken file from filling the memory.
constexpr int kMaxLabels = 100'000;

// "tensorflow-same" as the enum spells it.
std::string EnumName(const std::string& value) {
  return absl::AsciiStrToUpper(absl::StrReplaceAll(value, {{"-", "_"}}));
}

absl::Status UnknownValue(const char* what, const std::string& value) {
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", value));
}

// One label a line; a line end of Windows is none of it, nor are empty lines
// at the end.
absl::Status ReadLabels(const std::string& path,
                        v1::NetworkDescription& network) {
  std::ifstream file(path);
  if (!file) {
    return absl::NotFoundError(absl::StrCat("cannot read labels: ", path));
  }
  int last = 0;
  for (std::string line; std::getline(file, line);) {
    if (network.labels_size() == kMaxLabels) {
      return absl::InvalidArgumentError(absl::StrCat(
          "too many lines in a file of labels, most: ", kMaxLabels));
    }
    absl::StripTrailingAsciiWhitespace(&line);
    network.add_labels(line);
    if (!line.empty()) last = network.labels_size();
  }
  network.mutable_labels()->DeleteSubrange(last, network.labels_size() - last);
  return absl::OkStatus();
}

absl::Status ApplyInput(const NetworkFlags& flags, v1::ImageInput& input) {
  input.set_size(flags.size);
  input.set_resize_size(flags.resize_size);
  input.mutable_mean()->Add(flags.mean.begin(), flags.mean.end());
  input.mutable_standard_deviation()->Add(flags.standard_deviation.begin(),
                                          flags.standard_deviation.end());
  if (flags.bgr) input.set_channel_order(v1::ImageInput::BGR);
  if (flags.rgb) input.set_channel_order(v1::ImageInput::RGB);
  if (flags.squash) input.set_scaling(v1::ImageInput::BOTH_SIDES);
  if (flags.interpolation.empty()) return absl::OkStatus();
  v1::ImageInput::Interpolation interpolation;
  if (!v1::ImageInput::Interpolation_Parse(EnumName(flags.interpolation),
                                           &interpolation)) {
    return UnknownValue("unknown interpolation, expected bilinear or bicubic",
                        flags.interpolation);
  }
  input.set_interpolation(interpolation);
  return absl::OkStatus();
}

}  // namespace

void AddNetworkFlags(CLI::App* command, NetworkFlags& flags) {
  CLI::Option* architecture = command->add_option(
      "--architecture", flags.architecture,
      "Of weights of a network of pictures that come without a config.json: "
      "torchvision's name, for example resnet50");
  auto add = [command, architecture](const char* name, auto& value,
                                     const char* help) {
    return command->add_option(name, value, help)->needs(architecture);
  };
  add("--padding", flags.padding,
      "symmetric (default) or tensorflow-same, as networks from TensorFlow. "
      "Padding, colours and epsilon of Keras' own networks are known where the "
      "weights are Keras'");
  add("--interpolation", flags.interpolation, "bilinear (default) or bicubic");
  add("--size", flags.size,
      "Pixels of each side of what the network sees. Default: 224");
  add("--resize", flags.resize_size,
      "Pixels before the middle is cut out. Default: 256");
  add("--mean", flags.mean, "Red,green,blue of 0 to 1. Default: ImageNet's")
      ->delimiter(',')
      ->allow_extra_args(false);
  add("--std", flags.standard_deviation,
      "Red,green,blue of 0 to 1. Default: ImageNet's")
      ->delimiter(',')
      ->allow_extra_args(false);
  auto add_flag = [command, architecture](const char* name, bool& value,
                                          const char* help) {
    return command->add_flag(name, value, help)->needs(architecture);
  };
  CLI::Option* rgb =
      add_flag("--rgb", flags.rgb, "The network wants red first (default)");
  add_flag("--bgr", flags.bgr,
           "The network wants blue first, as networks from Caffe")
      ->excludes(rgb);
  add_flag("--squash", flags.squash,
           "Pictures are squashed to a square. Default: the shorter side is "
           "scaled");
  add("--labels-file", flags.labels_file,
      "Classes of the head in the weights, one a line");
  add("--batch-norm-epsilon", flags.batch_norm_epsilon,
      "Default: 1e-5, or that of Keras when the weights are Keras'");
}

absl::Status ApplyNetwork(const NetworkFlags& flags,
                          v1::ImportModelRequest& request) {
  if (flags.architecture.empty()) return absl::OkStatus();
  v1::NetworkDescription& network = *request.mutable_network();
  network.set_architecture(flags.architecture);
  if (!flags.padding.empty()) {
    v1::NetworkDescription::Padding padding;
    if (!v1::NetworkDescription::Padding_Parse(EnumName(flags.padding),
                                               &padding)) {
      return UnknownValue(
          "unknown padding, expected symmetric or tensorflow-same",
          flags.padding);
    }
    network.set_padding(padding);
  }
  TUNESMITH_RETURN_IF_ERROR(ApplyInput(flags, *network.mutable_input()));
  if (flags.batch_norm_epsilon) {
    network.set_batch_norm_epsilon(*flags.batch_norm_epsilon);
  }
  if (flags.labels_file.empty()) return absl::OkStatus();
  return ReadLabels(flags.labels_file, network);
}

}  // namespace tunesmith::cli
