#include "worker/trainer/run_execution.h"

#include "worker/trainer/wire_spec.h"
#include "worker/training/environment.h"

namespace tunesmith::worker {

tunesmith::v1::Execution ExecutionOf(const WorkContext& context,
                                     const TrainingOptions& options) {
  tunesmith::v1::Execution execution;
  const tunesmith::v1::Slot& slot = context.assignment.slot();
  // A worker's GPU, which this process sees as the only one.
  execution.set_device(slot.device());
  execution.set_device_name(slot.device_name());
  execution.set_device_uuid(slot.device_uuid());
  execution.set_precision(ToWire(options.precision));
  execution.set_deterministic(options.deterministic);
  for (auto& [name, value] : DescribeEnvironment(options)) {
    (*execution.mutable_environment())[name] = value;
  }
  execution.set_threads(context.threads);
  return execution;
}

}  // namespace tunesmith::worker
