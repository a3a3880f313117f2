#ifndef TUNESMITH_WORKER_TRAINING_AUTOCAST_H_
#define TUNESMITH_WORKER_TRAINING_AUTOCAST_H_

#include "ATen/core/Tensor.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// While it lives, this thread's matrix products on `device` run in `precision`;
// does nothing for fp32. Guards may nest.
class AutocastGuard {
 public:
  AutocastGuard(at::Device device, Precision precision);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  const at::DeviceType type_;
  const bool active_;
  bool was_enabled_ = false;
  at::ScalarType previous_type_ = at::kBFloat16;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_AUTOCAST_H_
