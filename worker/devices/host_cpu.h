#ifndef TUNESMITH_WORKER_DEVICES_HOST_CPU_H_
#define TUNESMITH_WORKER_DEVICES_HOST_CPU_H_

#include <cstdint>
#include <string>

namespace tunesmith::worker {

// The processor's own name, for example "AMD EPYC 9R14"; "cpu" where the
// system does not tell. `root` is put before /proc.
std::string HostCpuName(const std::string& root = "");

// All of the machine's memory.
int64_t PhysicalMemoryBytes();

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DEVICES_HOST_CPU_H_
