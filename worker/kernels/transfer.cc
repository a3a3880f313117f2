#include "worker/kernels/transfer.h"

#include "ATen/ops/empty.h"
#include "c10/core/StreamGuard.h"
#include "c10/core/impl/VirtualGuardImpl.h"

namespace tunesmith::worker {
namespace {

c10::Stream CurrentStream(at::Device device) {
  return c10::impl::VirtualGuardImpl(device.type()).getStream(device);
}

}  // namespace

c10::Event EventBehind(at::Device device) {
  c10::Event event(device.type());
  event.record(CurrentStream(device));
  return event;
}

at::TensorOptions HostMemoryOf(at::Device device) {
  return at::TensorOptions(at::kCPU).pinned_memory(device.is_cuda());
}

Upload::Upload(at::Device device) : device_(device) {
  if (!device.is_cuda()) return;
  stream_ = c10::impl::VirtualGuardImpl(device.type())
                .getStreamFromGlobalPool(device);
}

at::Tensor Upload::operator()(const at::Tensor& host) const {
  if (!stream_.has_value()) return host.to(device_);
  at::Tensor result;
  c10::Event copied(device_.type());
  {
    // The memory is the stream's own: taken on the current one, it could be in
    // use until what runs there has ended.
    c10::StreamGuard guard(*stream_);
    result = host.to(device_, /*non_blocking=*/true);
    copied.record(*stream_);
  }
  const c10::Stream current = CurrentStream(device_);
  current.wait(copied);
  result.record_stream(current);
  return result;
}

Readback::Readback(const at::Tensor& tensor) {
  const at::Tensor source = tensor.detach();
  if (!source.is_cuda()) {
    host_ = source.to(at::kCPU).contiguous();
    return;
  }
  host_ = at::empty(source.sizes(),
                    HostMemoryOf(source.device()).dtype(source.scalar_type()));
  host_.copy_(source, /*non_blocking=*/true);
  arrived_ = EventBehind(source.device());
}

bool Readback::ready() const {
  return !arrived_.has_value() || arrived_->query();
}

const at::Tensor& Readback::Get() const {
  if (arrived_.has_value()) arrived_->synchronize();
  return host_;
}

}  // namespace tunesmith::worker
