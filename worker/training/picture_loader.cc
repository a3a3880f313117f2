#include "worker/training/picture_loader.h"

#include <pthread.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {
namespace {

// What may be read ahead, in bytes; one batch in any case.
constexpr size_t kAheadBytes = 64 << 20;

}  // namespace

PictureLoader::PictureLoader(size_t threads, size_t value_count)
    : value_count_(value_count),
      ahead_(std::max<size_t>(
          kAheadBytes / (std::max<size_t>(value_count, 1) * sizeof(float)),
          2 * threads)) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] {
      pthread_setname_np(pthread_self(), "pictures");
      Run();
    });
  }
}

PictureLoader::~PictureLoader() {
  {
    MutexLock lock(&mutex_);
    ending_ = true;
    changed_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

void PictureLoader::Run() {
  MutexLock lock(&mutex_);
  while (!ending_) {
    if (next_ >= end_) {
      changed_.Wait(&mutex_);
      continue;
    }
    const size_t place = next_++;
    slots_.emplace_back();
    ++reading_;
    mutex_.Unlock();
    Slot slot = Read(order_[place]);
    mutex_.Lock();
    --reading_;
    if (place >= first_) slots_[place - first_] = std::move(slot);
    changed_.SignalAll();
  }
}

PictureLoader::Slot PictureLoader::Read(int32_t index) const {
  Slot slot{.done = true, .status = {}, .values = {}};
  try {
    slot.values.resize(value_count_);
    slot.status = read_(index, slot.values);
  } catch (const std::bad_alloc&) {
    slot.status =
        ReasonedError(absl::StatusCode::kResourceExhausted, "OUT_OF_MEMORY",
                      "the host ran out of memory while reading a picture");
  }
  return slot;
}

void PictureLoader::Drain() {
  end_ = next_;
  while (reading_ > 0) changed_.Wait(&mutex_);
  slots_.clear();
  first_ = next_ = end_ = 0;
}

void PictureLoader::Expect(std::vector<int32_t> order, Reader read) {
  MutexLock lock(&mutex_);
  Drain();
  order_ = std::move(order);
  read_ = std::move(read);
  places_.clear();
  for (size_t i = 0; i < order_.size(); ++i) places_.emplace(order_[i], i);
  MoveWindow(0, 0);
}

void PictureLoader::MoveWindow(size_t first, size_t last) {
  while (first_ < first) {
    if (!slots_.empty()) slots_.pop_front();
    ++first_;
  }
  next_ = std::max(next_, first_);
  end_ = std::min(std::max(first_ + ahead_, last), order_.size());
  changed_.SignalAll();
}

size_t PictureLoader::PlaceOf(int32_t index) const {
  auto place = places_.find(index);
  return place == places_.end() ? order_.size() : place->second;
}

absl::Status PictureLoader::Take(std::span<const int32_t> indices,
                                 std::span<float> values) {
  size_t first = order_.size(), last = 0;
  for (int32_t index : indices) {
    const size_t place = PlaceOf(index);
    if (place == order_.size()) continue;
    first = std::min(first, place);
    last = std::max(last, place + 1);
  }
  MutexLock lock(&mutex_);
  if (first < last) MoveWindow(std::max(first, first_), last);
  for (int32_t index : indices) {
    std::span<float> target = values.subspan(0, value_count_);
    values = values.subspan(value_count_);
    const size_t place = PlaceOf(index);
    if (place < first_ || place >= end_) {
      mutex_.Unlock();
      absl::Status status = read_(index, target);
      mutex_.Lock();
      TUNESMITH_RETURN_IF_ERROR(status);
      continue;
    }
    while (place >= next_ || !slots_[place - first_].done) {
      changed_.Wait(&mutex_);
    }
    const Slot& slot = slots_[place - first_];
    TUNESMITH_RETURN_IF_ERROR(slot.status);
    std::memcpy(target.data(), slot.values.data(),
                value_count_ * sizeof(float));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
