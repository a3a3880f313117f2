#include "worker/training/torch_errors.h"

#include <exception>
#include <new>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "c10/util/Exception.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

absl::Status OutOfMemory(const std::string& detail) {
  return ReasonedError(
      absl::StatusCode::kResourceExhausted, "OUT_OF_MEMORY",
      absl::StrCat("out of memory (a smaller batch_size or max_length needs "
                   "less): ",
                   detail));
}

absl::Status Internal(const std::string& detail) {
  return ReasonedError(absl::StatusCode::kInternal, "INTERNAL", detail);
}

}  // namespace

absl::Status StatusOfException() {
  try {
    throw;
  } catch (const c10::OutOfMemoryError& error) {
    return OutOfMemory(error.what_without_backtrace());
  } catch (const std::bad_alloc& error) {
    return OutOfMemory(error.what());
  } catch (const c10::Error& error) {
    std::string message = error.what_without_backtrace();
    // The CPU's allocator has no exception type of its own.
    if (absl::StrContains(message, "can't allocate memory")) {
      return OutOfMemory(message);
    }
    return Internal(message);
  } catch (const std::exception& error) {
    return Internal(error.what());
  } catch (...) {
    return Internal("unknown exception");
  }
}

}  // namespace tunesmith::worker
