#ifndef TUNESMITH_WORKER_DEVICES_VISIBLE_GPUS_H_
#define TUNESMITH_WORKER_DEVICES_VISIBLE_GPUS_H_

#include <optional>
#include <string>
#include <vector>

#include "worker/devices/gpu.h"

namespace tunesmith::worker {

// Those of `gpus` that a value of CUDA_VISIBLE_DEVICES names, in its order;
// all of them without one. Entries, between commas, are numbers as nvidia-smi
// counts, or beginnings of a uuid, "GPU-..." or "MIG-...", that only one GPU
// has. A number or uuid of a GPU that is split names all of its instances. As
// in CUDA, the first entry that names nothing, or something again, ends the
// list.
std::vector<Gpu> VisibleGpus(const std::vector<Gpu>& gpus,
                             const std::optional<std::string>& value);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DEVICES_VISIBLE_GPUS_H_
