#ifndef TUNESMITH_WORKER_TRAINING_AUTOCAST_H_
#define TUNESMITH_WORKER_TRAINING_AUTOCAST_H_

#include <optional>

#include "ATen/Context.h"
#include "ATen/core/Tensor.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// While it lives, this thread's matrix products on `device` run in bf16 or they
// do not, as `precision` says. Guards may nest.
class AutocastGuard {
 public:
  AutocastGuard(at::Device device, Precision precision);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  const at::DeviceType type_;
  const bool was_enabled_;
  const bool active_;
  at::ScalarType previous_type_ = at::kBFloat16;
};

// The same, and with fp32 nothing is rounded even where training lets a GPU
// round (see Precision::kTf32).
class PrecisionGuard {
 public:
  PrecisionGuard(at::Device device, Precision precision)
      : autocast_(device, precision) {
    if (precision == Precision::kFp32) no_tf32_.emplace();
  }

 private:
  AutocastGuard autocast_;
  std::optional<at::NoTF32Guard> no_tf32_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_AUTOCAST_H_
