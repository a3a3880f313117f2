#include "worker/training/torch_errors.h"

#include <array>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "c10/util/Exception.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

// cudaErrorMemoryAllocation.
constexpr int32_t kCudaOutOfMemory = 2;

// What libraries say that have no exception type for it: the CPU's allocator,
// the CUDA runtime outside of Torch's allocator, cuBLAS (which also fails to
// begin when it finds no memory for its workspace), and cuDNN, which looks for
// an algorithm whose workspace fits.
constexpr std::array<std::string_view, 8> kOutOfMemoryTexts = {
    "can't allocate memory",
    "CUDA error: out of memory",
    "CUDA out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate",
    "CUDNN_STATUS_ALLOC_FAILED",
    "ALLOCATION_FAILED",
    "unable to find an engine to execute this computation"};

// Errors of a GPU that come by way of a library; the CUDA runtime's own have a
// type. What a library says of its arguments is none of the GPU's.
constexpr std::array<std::string_view, 6> kDeviceFailureTexts = {
    "CUBLAS_STATUS_MAPPING_ERROR",  "CUBLAS_STATUS_EXECUTION_FAILED",
    "CUBLAS_STATUS_INTERNAL_ERROR", "CUDNN_STATUS_EXECUTION_FAILED",
    "CUDNN_STATUS_INTERNAL_ERROR",  "CUDA driver error"};

template <size_t n>
bool SaysOneOf(std::string_view message,
               const std::array<std::string_view, n>& texts) {
  for (std::string_view text : texts) {
    if (message.find(text) != std::string_view::npos) return true;
  }
  return false;
}

absl::Status OutOfMemory(const std::string& detail) {
  return ReasonedError(
      absl::StatusCode::kResourceExhausted, "OUT_OF_MEMORY",
      absl::StrCat("out of memory (a smaller batch_size or max_length needs "
                   "less): ",
                   detail));
}

absl::Status DeviceFailed(const std::string& detail) {
  return ReasonedError(absl::StatusCode::kInternal, "DEVICE_FAILED",
                       absl::StrCat("the GPU failed: ", detail));
}

absl::Status Internal(const std::string& detail) {
  return ReasonedError(absl::StatusCode::kInternal, "INTERNAL", detail);
}

absl::Status StatusOfMessage(const std::string& message) {
  if (SaysOneOf(message, kOutOfMemoryTexts)) return OutOfMemory(message);
  if (SaysOneOf(message, kDeviceFailureTexts)) return DeviceFailed(message);
  return Internal(message);
}

}  // namespace

bool IsOutOfMemory(const absl::Status& status) {
  return ReasonOf(status) == "OUT_OF_MEMORY";
}

bool IsDeviceFailure(const absl::Status& status) {
  return ReasonOf(status) == "DEVICE_FAILED";
}

absl::Status StatusOfException() {
  try {
    throw;
  } catch (const c10::OutOfMemoryError& error) {
    return OutOfMemory(error.what_without_backtrace());
  } catch (const std::bad_alloc& error) {
    return OutOfMemory(error.what());
  } catch (const c10::AcceleratorError& error) {
    return error.get_error_code() == kCudaOutOfMemory
               ? OutOfMemory(error.what_without_backtrace())
               : DeviceFailed(error.what_without_backtrace());
  } catch (const c10::Error& error) {
    return StatusOfMessage(error.what_without_backtrace());
  } catch (const std::exception& error) {
    return StatusOfMessage(error.what());
  } catch (...) {
    return Internal("unknown exception");
  }
}

}  // namespace tunesmith::worker
