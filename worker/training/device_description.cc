#include <dlfcn.h>

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "worker/devices/host_cpu.h"
#include "worker/training/train.h"

namespace tunesmith::worker {
namespace {

// The functions of NVIDIA's driver interface that describe a device; their
// binary interface is stable. Whoever opened a GPU has initialised it.
class Driver {
 public:
  Driver() : library_(dlopen("libcuda.so.1", RTLD_NOW)) {}

  // Whether the call is there and did what it is for.
  template <typename... Arguments>
  bool Call(const char* function, Arguments... arguments) const {
    if (library_ == nullptr) return false;
    auto call =
        reinterpret_cast<int (*)(Arguments...)>(dlsym(library_, function));
    return call != nullptr && call(arguments...) == 0;
  }

 private:
  // Never closed: Torch uses it as well.
  void* const library_;
};

// As NVIDIA's tools write it.
std::string UuidText(const std::array<char, 16>& bytes) {
  const std::string hex(
      absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size())));
  return absl::StrCat("GPU-", hex.substr(0, 8), "-", hex.substr(8, 4), "-",
                      hex.substr(12, 4), "-", hex.substr(16, 4), "-",
                      hex.substr(20));
}

std::string ComputeCapability(const Driver& driver, int handle) {
  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR.
  constexpr int kMajor = 75, kMinor = 76;
  int major = 0, minor = 0;
  const bool known =
      driver.Call("cuDeviceGetAttribute", &major, kMajor, handle) &&
      driver.Call("cuDeviceGetAttribute", &minor, kMinor, handle);
  return known ? absl::StrCat(major, ".", minor) : "";
}

std::string DriverVersion(const Driver& driver) {
  int version = 0;
  if (!driver.Call("cuDriverGetVersion", &version)) return "";
  return absl::StrCat(version / 1000, ".", version % 1000 / 10);
}

DeviceDescription DescribeGpu(const std::string& device) {
  DeviceDescription description{.device = device};
  int index = 0, handle = 0;
  const Driver driver;
  if (!absl::SimpleAtoi(device.substr(device.find(':') + 1), &index) ||
      !driver.Call("cuDeviceGet", &handle, index)) {
    return description;
  }
  std::array<char, 256> name = {};
  const int length = static_cast<int>(name.size()) - 1;
  if (driver.Call("cuDeviceGetName", name.data(), length, handle)) {
    description.name = name.data();
  }
  size_t bytes = 0;
  if (driver.Call("cuDeviceTotalMem_v2", &bytes, handle)) {
    description.memory_bytes = static_cast<int64_t>(bytes);
  }
  std::array<char, 16> uuid = {};
  if (driver.Call("cuDeviceGetUuid_v2", uuid.data(), handle)) {
    description.uuid = UuidText(uuid);
  }
  description.compute_capability = ComputeCapability(driver, handle);
  description.driver_version = DriverVersion(driver);
  return description;
}

}  // namespace

DeviceDescription DescribeDevice(const std::string& device) {
  if (device != "cpu") return DescribeGpu(device);
  return {.device = device,
          .name = HostCpuName(),
          .memory_bytes = PhysicalMemoryBytes()};
}

}  // namespace tunesmith::worker
