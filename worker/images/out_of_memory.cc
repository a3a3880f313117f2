#include "worker/images/out_of_memory.h"

#include <new>

#include "proto/contract/base/reason.h"

namespace tunesmith::worker {

absl::Status CatchBadAlloc(absl::FunctionRef<absl::Status()> work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return PictureOutOfMemory();
  }
}

absl::Status PictureOutOfMemory() {
  return ReasonedError(absl::StatusCode::kResourceExhausted, "OUT_OF_MEMORY",
                       "the host ran out of memory while reading a picture");
}

bool IsPictureOutOfMemory(const absl::Status& status) {
  return ReasonOf(status) == "OUT_OF_MEMORY";
}

}  // namespace tunesmith::worker
