#include "client/cli/commands/device_flags.h"

#include "client/cli/commands/choice.h"

namespace tunesmith::cli {
namespace {

constexpr Choice<v1::Resources::DeviceKind> kDevices[] = {
    {"cpu", v1::Resources::CPU},
    {"cuda", v1::Resources::CUDA},
};

constexpr Choice<v1::Hyperparameters::Precision> kPrecisions[] = {
    {"auto", v1::Hyperparameters::AUTO},
    {"fp32", v1::Hyperparameters::FP32},
    {"tf32", v1::Hyperparameters::TF32},
    {"bf16", v1::Hyperparameters::BF16},
};

}  // namespace

void AddPlaceFlags(CLI::App* command, DeviceFlags& flags) {
  command
      ->add_option("--device", flags.device,
                   "cpu or cuda. Default: what is free, a GPU before a CPU")
      ->check(OneOf(kDevices));
  command
      ->add_option("--device-memory", flags.device_memory_bytes,
                   "The least that the device must offer, for example 24GiB")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false));
}

void AddDeviceFlags(CLI::App* command, DeviceFlags& flags) {
  AddPlaceFlags(command, flags);
  command
      ->add_option("--precision", flags.precision,
                   "Of matrix products: auto, fp32, tf32 (faster on a GPU) or "
                   "bf16")
      ->check(OneOf(kPrecisions));
  CLI::Option* deterministic = command->add_flag_callback(
      "--deterministic", [&flags] { flags.deterministic = true; },
      "A GPU gives the same bits each time: the default");
  command
      ->add_flag_callback(
          "--nondeterministic", [&flags] { flags.deterministic = false; },
          "A GPU need not, and can be faster")
      ->excludes(deterministic);
}

void ApplyDevice(const DeviceFlags& flags, v1::JobSpec& spec) {
  if (auto kind = Chosen(kDevices, flags.device)) {
    spec.mutable_resources()->set_device_kind(*kind);
  }
  if (flags.device_memory_bytes.has_value()) {
    spec.mutable_resources()->set_device_memory_bytes(
        *flags.device_memory_bytes);
  }
  if (auto precision = Chosen(kPrecisions, flags.precision)) {
    spec.mutable_hyperparameters()->set_precision(*precision);
  }
  if (flags.deterministic.has_value()) {
    spec.mutable_hyperparameters()->set_deterministic(*flags.deterministic);
  }
}

}  // namespace tunesmith::cli
