#ifndef TUNESMITH_WORKER_IMAGES_OUT_OF_MEMORY_H_
#define TUNESMITH_WORKER_IMAGES_OUT_OF_MEMORY_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace tunesmith::worker {

// What `work` returns; RESOURCE_EXHAUSTED with reason OUT_OF_MEMORY when memory
// for it could not be had. A picture within its limits may still be more than
// there is, and threads that decode must not throw.
absl::Status CatchBadAlloc(absl::FunctionRef<absl::Status()> work);

// RESOURCE_EXHAUSTED with reason OUT_OF_MEMORY.
absl::Status PictureOutOfMemory();

// Whether a status says that. It tells of the machine and nothing of the
// picture: whoever drops what is damaged must not drop that.
bool IsPictureOutOfMemory(const absl::Status& status);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_OUT_OF_MEMORY_H_
