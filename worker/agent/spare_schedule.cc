#include "worker/agent/spare_schedule.h"

#include <algorithm>
#include <cstdint>

namespace tunesmith::worker {
namespace {

// A training is well under way, and a new spare's start does not disturb its
// own start, after this long or half of its steps.
constexpr absl::Duration kSettlingTime = absl::Seconds(10);
// A warm trainer takes about half a GiB of a GPU for its context, which a
// training on less than this would miss.
constexpr int64_t kLeastSharedMemory = int64_t{8} << 30;

}  // namespace

SpareSchedule::SpareSchedule(const v1::Slot& slot)
    : purpose_(slot.purpose()),
      is_gpu_(slot.device_kind() == v1::Resources::CUDA),
      has_room_(!is_gpu_ || slot.device_memory_bytes() >= kLeastSharedMemory) {}

void SpareSchedule::OnBegin() {
  if (purpose_ == v1::Slot::TRAINING) earliest_ = absl::InfiniteDuration();
}

void SpareSchedule::OnProgress(const v1::Progress& progress,
                               absl::Duration now) {
  if (progress.phase() != v1::Progress::TRAINING) return;
  if (!has_room_ || crowded_) return;
  earliest_ = progress.fraction() >= 0.5
                  ? std::min(earliest_, now)
                  : std::min(earliest_, now + kSettlingTime);
}

void SpareSchedule::OnFailedStart() {
  // It may have wanted memory that the item has, and would again.
  if (!is_gpu_ || earliest_ == -absl::InfiniteDuration()) return;
  earliest_ = absl::InfiniteDuration();
  crowded_ = true;
}

void SpareSchedule::OnEnd() {
  earliest_ = -absl::InfiniteDuration();
  crowded_ = false;
}

}  // namespace tunesmith::worker
