#ifndef TUNESMITH_WORKER_AGENT_PROCESS_TRAINER_COMMAND_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_TRAINER_COMMAND_H_

#include <string>
#include <vector>

#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::worker {

// What a trainer is started for.
struct TrainerCommand {
  // "cpu", or "cuda:0": a trainer sees no GPU but its own.
  std::string device;
  int threads = 1;
  // "NAME=value", in place of what the agent's own environment has.
  std::vector<std::string> environment;
  // Try the device and end, instead of waiting for work.
  bool probe = false;
};

// For the work of a slot. `slots_per_gpu` share each GPU's memory.
TrainerCommand CommandOfSlot(const v1::Slot& slot, int slots_per_gpu);

// To try the GPU, or instance of one, with this uuid.
TrainerCommand CommandOfProbe(const std::string& uuid);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_TRAINER_COMMAND_H_
