#include "worker/training/worst_mistakes.h"

#include <algorithm>
#include <cmath>

namespace tunesmith::worker {
namespace {

bool IsWorse(const Mistake& a, const Mistake& b) {
  if (a.confidence != b.confidence) return a.confidence > b.confidence;
  return a.row < b.row;
}

}  // namespace

void WorstMistakes::Add(const Mistake& mistake) {
  if (std::isnan(mistake.confidence)) return;
  if (worst_.size() == kMaxCount && !IsWorse(mistake, worst_.back())) return;
  worst_.insert(
      std::upper_bound(worst_.begin(), worst_.end(), mistake, IsWorse),
      mistake);
  if (worst_.size() > kMaxCount) worst_.pop_back();
}

}  // namespace tunesmith::worker
