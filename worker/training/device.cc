#include "worker/training/device.h"

#include <dlfcn.h>
#include <malloc.h>
#include <unistd.h>

#include <fstream>

#include "ATen/Context.h"
#include "ATen/Parallel.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "c10/core/CachingDeviceAllocator.h"
#include "worker/training/train.h"

namespace tunesmith::worker {
namespace {

constexpr char kCudaPrefix[] = "cuda:";

bool HasNvidiaDriver() { return access("/dev/nvidiactl", F_OK) == 0; }

// A training step frees and takes the same large blocks again. Serving them
// from the heap, which keeps its pages, spares a page fault for every 4 KiB.
void KeepFreedMemory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 64 << 20);
}

absl::Status LoadCuda(int index) {
  if (!HasNvidiaDriver()) {
    return absl::FailedPreconditionError("this machine has no NVIDIA device");
  }
  // Registers its operators with the libraries that are linked.
  if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot load LibTorch's CUDA library: ", dlerror()));
  }
  int count = static_cast<int>(at::globalContext().hasCUDA()
                                   ? at::detail::getCUDAHooks().deviceCount()
                                   : 0);
  if (index < count) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "no device cuda:", index, " (there are ", count, " CUDA devices)"));
}

std::string CpuName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    size_t colon = line.find(':');
    if (line.rfind("model name", 0) != 0 || colon == std::string::npos) {
      continue;
    }
    return std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return "cpu";
}

int64_t HostMemoryBytes() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<int64_t>(sysconf(_SC_PAGE_SIZE));
}

// The few functions of NVIDIA's driver interface that describe devices; their
// binary interface is stable and they create no context.
std::vector<DeviceDescription> CudaDevices() {
  std::vector<DeviceDescription> devices;
  if (!HasNvidiaDriver()) return devices;
  void* driver = dlopen("libcuda.so.1", RTLD_NOW);
  if (driver == nullptr) return devices;
  auto init = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
  auto get_count =
      reinterpret_cast<int (*)(int*)>(dlsym(driver, "cuDeviceGetCount"));
  auto get = reinterpret_cast<int (*)(int*, int)>(dlsym(driver, "cuDeviceGet"));
  auto get_name = reinterpret_cast<int (*)(char*, int, int)>(
      dlsym(driver, "cuDeviceGetName"));
  auto get_memory = reinterpret_cast<int (*)(size_t*, int)>(
      dlsym(driver, "cuDeviceTotalMem_v2"));
  int count = 0;
  if (!init || !get_count || !get || !get_name || !get_memory || init(0) != 0 ||
      get_count(&count) != 0) {
    return devices;
  }
  for (int i = 0; i < count; ++i) {
    int handle = 0;
    char name[256] = {};
    size_t bytes = 0;
    if (get(&handle, i) != 0 || get_name(name, sizeof(name) - 1, handle) != 0 ||
        get_memory(&bytes, handle) != 0) {
      continue;
    }
    devices.push_back({.device = absl::StrCat(kCudaPrefix, i),
                       .name = name,
                       .memory_bytes = static_cast<int64_t>(bytes)});
  }
  return devices;
}

}  // namespace

absl::StatusOr<at::Device> OpenDevice(const std::string& name, int threads) {
  at::set_num_threads(threads);
  if (name == "cpu") {
    KeepFreedMemory();
    return at::Device(at::kCPU);
  }
  int index = 0;
  if (name.rfind(kCudaPrefix, 0) != 0 ||
      !absl::SimpleAtoi(name.substr(sizeof(kCudaPrefix) - 1), &index) ||
      index < 0 || index > 127) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown device: ", name, " (cpu or cuda:N)"));
  }
  if (absl::Status status = LoadCuda(index); !status.ok()) return status;
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

void ReleaseCachedMemory(at::Device device) {
  if (device.is_cpu()) {
    malloc_trim(0);
  } else {
    at::getDeviceAllocator(device.type())->emptyCache();
  }
}

std::vector<DeviceDescription> ListDevices() {
  std::vector<DeviceDescription> devices = CudaDevices();
  devices.push_back(
      {.device = "cpu", .name = CpuName(), .memory_bytes = HostMemoryBytes()});
  return devices;
}

}  // namespace tunesmith::worker
