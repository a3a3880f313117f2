#ifndef TUNESMITH_WORKER_TRAINING_WORST_MISTAKES_H_
#define TUNESMITH_WORKER_TRAINING_WORST_MISTAKES_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "worker/training/train.h"

namespace tunesmith::worker {

// The mistakes that a network was the surest of. Which ones are kept does not
// depend on the order in which they come.
class WorstMistakes {
 public:
  static constexpr size_t kMaxCount = 24;

  // A confidence that is not a number is passed over.
  void Add(const Mistake& mistake);

  // The most confident first, of equally confident ones the lowest row.
  std::vector<Mistake> Take() { return std::move(worst_); }

 private:
  std::vector<Mistake> worst_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_WORST_MISTAKES_H_
