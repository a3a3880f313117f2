#include "tests/server/testing/memory_file.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace tunesmith {
namespace {

// What a disk writes as a whole.
constexpr size_t kSectorBytes = 512;

}  // namespace

size_t MemoryFile::Read(int64_t offset, size_t size, char* to) const {
  MutexLock lock(&mutex_);
  if (offset >= static_cast<int64_t>(seen_.size())) return 0;
  size_t count = std::min(size, seen_.size() - static_cast<size_t>(offset));
  std::memcpy(to, seen_.data() + offset, count);
  return count;
}

void MemoryFile::Apply(const Change& change, std::string& data) {
  size_t offset = static_cast<size_t>(change.offset);
  if (change.truncates) {
    if (data.size() > offset) data.resize(offset);
    return;
  }
  data.resize(std::max(data.size(), offset + change.bytes.size()));
  std::memcpy(data.data() + offset, change.bytes.data(), change.bytes.size());
}

void MemoryFile::Write(int64_t offset, std::string_view bytes) {
  MutexLock lock(&mutex_);
  unsynced_.push_back({offset, std::string(bytes), false});
  Apply(unsynced_.back(), seen_);
}

void MemoryFile::Truncate(int64_t size) {
  MutexLock lock(&mutex_);
  unsynced_.push_back({size, "", true});
  Apply(unsynced_.back(), seen_);
}

void MemoryFile::Sync() {
  MutexLock lock(&mutex_);
  for (const Change& change : unsynced_) Apply(change, durable_);
  unsynced_.clear();
}

int64_t MemoryFile::size() const {
  MutexLock lock(&mutex_);
  return static_cast<int64_t>(seen_.size());
}

int64_t MemoryFile::Growth(int64_t offset, size_t bytes) const {
  MutexLock lock(&mutex_);
  return std::max<int64_t>(0, offset + static_cast<int64_t>(bytes) -
                                  static_cast<int64_t>(seen_.size()));
}

void MemoryFile::LosePower(std::mt19937_64& random) {
  MutexLock lock(&mutex_);
  for (const Change& change : unsynced_) {
    if (change.truncates) {
      if (random() % 2 == 0) Apply(change, durable_);
      continue;
    }
    for (size_t at = 0; at < change.bytes.size(); at += kSectorBytes) {
      if (random() % 2 == 0) continue;
      Apply({change.offset + static_cast<int64_t>(at),
             change.bytes.substr(at, kSectorBytes), false},
            durable_);
    }
  }
  unsynced_.clear();
  seen_ = durable_;
  ForgetHandles();
}

void MemoryFile::LoseProcess() {
  MutexLock lock(&mutex_);
  ForgetHandles();
}

std::string MemoryFile::Contents() const {
  MutexLock lock(&mutex_);
  return seen_;
}

void MemoryFile::ForgetHandles() {
  shared_ = 0;
  reserved_ = exclusive_ = false;
  shm_shared_.fill(0);
  shm_exclusive_.fill(false);
  for (auto& region : shm_) old_shm_.push_back(std::move(region));
  shm_.clear();
}

bool MemoryFile::Lock(Locks& held, int level) {
  MutexLock lock(&mutex_);
  if (held.level >= level) return true;
  if (held.level == SQLITE_LOCK_NONE) {
    if (exclusive_) return false;
    ++shared_;
    held.level = SQLITE_LOCK_SHARED;
  }
  if (level == SQLITE_LOCK_SHARED) return true;
  if (held.level < SQLITE_LOCK_RESERVED) {
    if (reserved_) return false;
    reserved_ = true;
    held.level = SQLITE_LOCK_RESERVED;
  }
  if (level == SQLITE_LOCK_RESERVED) return true;
  if (shared_ > 1) return false;
  exclusive_ = true;
  held.level = SQLITE_LOCK_EXCLUSIVE;
  return true;
}

void MemoryFile::Unlock(Locks& held, int level) {
  MutexLock lock(&mutex_);
  if (held.level <= level) return;
  if (held.level == SQLITE_LOCK_EXCLUSIVE) exclusive_ = false;
  if (held.level >= SQLITE_LOCK_RESERVED) reserved_ = false;
  if (level == SQLITE_LOCK_NONE) --shared_;
  held.level = level;
}

bool MemoryFile::IsReserved() const {
  MutexLock lock(&mutex_);
  return reserved_;
}

bool MemoryFile::LockShm(Locks& held, int first, int count, bool exclusive) {
  MutexLock lock(&mutex_);
  for (int i = first; i < first + count; ++i) {
    bool mine = held.exclusive[i];
    if (shm_exclusive_[i] && !mine) return false;
    if (exclusive && shm_shared_[i] > (held.shared[i] ? 1 : 0)) return false;
  }
  for (int i = first; i < first + count; ++i) {
    if (exclusive) {
      held.exclusive[i] = shm_exclusive_[i] = true;
    } else if (!held.shared[i]) {
      held.shared[i] = true;
      ++shm_shared_[i];
    }
  }
  return true;
}

void MemoryFile::UnlockShm(Locks& held, int first, int count) {
  MutexLock lock(&mutex_);
  for (int i = first; i < first + count; ++i) {
    if (std::exchange(held.exclusive[i], false)) shm_exclusive_[i] = false;
    if (std::exchange(held.shared[i], false)) --shm_shared_[i];
  }
}

void* MemoryFile::MapShm(int region, size_t size, bool extend) {
  MutexLock lock(&mutex_);
  while (extend && shm_.size() <= static_cast<size_t>(region)) {
    shm_.push_back(std::make_unique<char[]>(size));
  }
  return static_cast<size_t>(region) < shm_.size() ? shm_[region].get()
                                                   : nullptr;
}

void MemoryFile::DropShm() {
  MutexLock lock(&mutex_);
  shm_.clear();
}

}  // namespace tunesmith
