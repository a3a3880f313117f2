#include "worker/training/device.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>

#include "ATen/Context.h"
#include "ATen/Parallel.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "c10/core/CachingDeviceAllocator.h"
#include "c10/core/impl/VirtualGuardImpl.h"

namespace tunesmith::worker {
namespace {

constexpr char kCudaPrefix[] = "cuda:";

// A training step frees and takes the same large blocks again. Serving them
// from the heap, which keeps its pages, spares a page fault for every 4 KiB.
void KeepFreedMemory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 64 << 20);
}

// With AVX-512, MKL cuts the sums of matrix products up by threads unless it is
// told not to, at no cost in speed. It reads this when it begins. On processors
// of others there is no such need, and it could choose slower kernels.
void FixSumsOfMkl() {
  if (!__builtin_cpu_is("intel")) return;
  setenv("MKL_CBWR", "AUTO,STRICT", /*overwrite=*/0);
}

// cuBLAS adds in a fixed order only when its workspace has a fixed size, which
// it reads when it begins.
void FixWorkspaceOfCublas() {
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
}

absl::Status LoadCuda(int index) {
  if (dlopen("libcuda.so.1", RTLD_NOW) == nullptr) {
    return absl::FailedPreconditionError("this machine has no NVIDIA driver");
  }
  FixWorkspaceOfCublas();
  // Registers its operators with the libraries that are linked.
  if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot load LibTorch's CUDA library (deploy/setup --cuda brings what "
        "it needs): ",
        dlerror()));
  }
  int count = static_cast<int>(at::globalContext().hasCUDA()
                                   ? at::detail::getCUDAHooks().deviceCount()
                                   : 0);
  if (index < count) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "no device cuda:", index, " (there are ", count, " CUDA devices)"));
}

}  // namespace

absl::StatusOr<at::Device> OpenDevice(const std::string& name, int threads) {
  FixSumsOfMkl();
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

void AwaitDevice(at::Device device) {
  if (!device.is_cuda()) return;
  c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

void ReleaseCachedMemory(at::Device device) {
  if (device.is_cpu()) {
    malloc_trim(0);
  } else {
    at::getDeviceAllocator(device.type())->emptyCache();
  }
}

}  // namespace tunesmith::worker
