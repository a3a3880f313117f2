#ifndef TUNESMITH_WORKER_TRAINING_HOST_COPIES_H_
#define TUNESMITH_WORKER_TRAINING_HOST_COPIES_H_

#include <optional>
#include <span>
#include <vector>

#include "ATen/core/Tensor.h"
#include "c10/core/Event.h"
#include "worker/training/tensor_file.h"

namespace tunesmith::worker {

// Copies of tensors on the host, in one block of memory that is used again:
// fresh memory costs more than the copy. A GPU copies by itself, behind the
// work that it has; the host waits in Await alone.
class HostCopies {
 public:
  // Begins to copy tensors of one device. They may be changed by what follows
  // on the device's current stream.
  void Copy(std::span<const NamedTensor> tensors);

  // Until the last Copy is done. Any thread.
  void Await() const;

  // Under the names of the tensors; sound after Await, until the next Copy.
  const std::vector<NamedTensor>& tensors() const { return copies_; }

 private:
  // Whether the copies have the extents of `tensors`.
  bool Fits(std::span<const NamedTensor> tensors) const;
  void Reserve(std::span<const NamedTensor> tensors);

  std::vector<NamedTensor> copies_;
  // Of a GPU: behind the copies.
  std::optional<c10::Event> done_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_HOST_COPIES_H_
