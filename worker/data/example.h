#ifndef TUNESMITH_WORKER_DATA_EXAMPLE_H_
#define TUNESMITH_WORKER_DATA_EXAMPLE_H_

#include <cstdint>
#include <vector>

namespace tunesmith::worker {

// One labelled text, ready for a network.
struct Example {
  // Row of the file, counted from 1 without the header.
  int64_t row = 0;
  // Special tokens included; not empty.
  std::vector<int32_t> token_ids;
  // Index into the task's labels.
  int32_t label = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_EXAMPLE_H_
