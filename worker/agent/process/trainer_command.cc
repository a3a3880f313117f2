#include "worker/agent/process/trainer_command.h"

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

constexpr char kTheGpu[] = "cuda:0";

std::vector<std::string> EnvironmentOfGpu(const std::string& uuid) {
  return {absl::StrCat("CUDA_VISIBLE_DEVICES=", uuid),
          "CUDA_DEVICE_ORDER=PCI_BUS_ID"};
}

}  // namespace

TrainerCommand CommandOfSlot(const v1::Slot& slot, int slots_per_gpu) {
  TrainerCommand command;
  command.threads = slot.threads();
  if (slot.device_kind() != v1::Resources::CUDA) {
    command.device = slot.device();
    // A library that opens a GPU by itself would take memory of it.
    command.environment = {"CUDA_VISIBLE_DEVICES="};
    return command;
  }
  command.device = kTheGpu;
  command.environment = EnvironmentOfGpu(slot.device_uuid());
  if (slots_per_gpu > 1) {
    command.environment.push_back(
        absl::StrCat("PYTORCH_ALLOC_CONF=per_process_memory_fraction:",
                     1.0 / slots_per_gpu));
  }
  return command;
}

TrainerCommand CommandOfProbe(const std::string& uuid) {
  return {
      .device = kTheGpu, .environment = EnvironmentOfGpu(uuid), .probe = true};
}

}  // namespace tunesmith::worker
