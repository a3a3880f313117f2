#ifndef TUNESMITH_WORKER_KERNELS_TRANSFER_H_
#define TUNESMITH_WORKER_KERNELS_TRANSFER_H_

#include <optional>

#include "ATen/core/Tensor.h"
#include "c10/core/Event.h"
#include "c10/core/Stream.h"

// Copies between the host and a device that the host does not wait for. On a
// CPU they are none, and on the meta device nothing but shapes.

namespace tunesmith::worker {

// An event behind all work that the current stream of `device`, a GPU, has.
c10::Event EventBehind(at::Device device);

// Options of host memory that copies from or to `device` can use by themselves:
// pinned for a GPU.
at::TensorOptions HostMemoryOf(at::Device device);

// Brings tensors to a device beside what runs there, on a stream of its own.
// Used by one thread.
class Upload {
 public:
  explicit Upload(at::Device device);

  at::Device device() const { return device_; }

  // `host`, which is not changed any more, on the device; the device's current
  // work is not waited for, and what follows on its current stream waits for
  // the copy. To be of use, `host` is of HostMemoryOf the device.
  at::Tensor operator()(const at::Tensor& host) const;

 private:
  const at::Device device_;
  // Of a GPU.
  std::optional<c10::Stream> stream_;
};

// A tensor on its way from a device to the host.
class Readback {
 public:
  // Begins. Nothing changes `tensor` before Get.
  explicit Readback(const at::Tensor& tensor);

  // Whether Get would return at once.
  bool ready() const;

  // Waits for the copy; a contiguous tensor of the host.
  const at::Tensor& Get() const;

 private:
  at::Tensor host_;
  // Of a GPU: behind the copy.
  std::optional<c10::Event> arrived_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_KERNELS_TRANSFER_H_
