#include "worker/training/numerics.h"

#include "ATen/Context.h"

namespace tunesmith::worker {

void ApplyNumerics(const TrainingOptions& options, at::Device device) {
  if (!device.is_cuda()) return;
  at::Context& context = at::globalContext();
  const bool tf32 = options.precision == Precision::kTf32;
  context.setAllowTF32CuBLAS(tf32);
  context.setAllowTF32CuDNN(tf32);
  const bool fixed = options.deterministic;
  // An operator that has no deterministic kernel throws.
  context.setDeterministicAlgorithms(fixed, /*warn_only=*/false);
  // Every tensor is written before it is read: filling them first is for
  // nothing.
  context.setDeterministicFillUninitializedMemory(false);
  context.setDeterministicCuDNN(fixed);
  context.setBenchmarkCuDNN(!fixed);
  // Its backward pass adds with atomics.
  context.setSDPUseCuDNN(!fixed);
}

}  // namespace tunesmith::worker
