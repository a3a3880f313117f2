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

// Rows to be split.
struct SplitRequest {
  // 0 to `class_count` - 1.
  std::span<const int32_t> labels;
  size_t class_count = 0;
  // Of each row, the position of the first one that is the same; such rows stay
  // on one side. Empty: all differ.
  std::span<const int32_t> first_same = {};
  // 0 to 0.5; 0 splits nothing off.
  double fraction = 0;
  int64_t seed = 0;
};

// Splits off validation rows, stratified by label: a pure function of its
// arguments. A class of one row stays in training, and so does one whose rows
// are all the same; any other gives at least one row and keeps at least one.
// Apart from that the classes' shares are rounded by largest remainder, so that
// the total is `fraction` of all rows, rounded; many small classes can make it
// more, large groups of rows that are the same less. Where such rows have
// several labels, the first one's counts.
SplitIndices SplitStratified(const SplitRequest& request);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_SPLIT_H_
