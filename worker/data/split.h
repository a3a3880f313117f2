#ifndef TUNESMITH_WORKER_DATA_SPLIT_H_
#define TUNESMITH_WORKER_DATA_SPLIT_H_

#include <cstdint>
#include <span>
#include <vector>

namespace tunesmith::worker {

// Positions of rows, ascending; every row is in exactly one.
struct SplitIndices {
  std::vector<int32_t> training;
  std::vector<int32_t> validation;
};

// Splits off validation rows, stratified by label: a pure function of its
// arguments. A class of one row stays in training; a larger one gives at least
// one row and keeps at least one. Apart from that the classes' shares are
// rounded by largest remainder, so that the total is `fraction` of all rows,
// rounded; many small classes can make it more. `fraction` is 0 to 0.5; 0
// splits nothing off. Labels are 0 to `class_count` - 1.
SplitIndices SplitStratified(std::span<const int32_t> labels,
                             size_t class_count, double fraction, int64_t seed);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_SPLIT_H_
