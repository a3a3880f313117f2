#ifndef TUNESMITH_TESTS_SERVER_TESTING_MEMORY_FILE_H_
#define TUNESMITH_TESTS_SERVER_TESTING_MEMORY_FILE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "proto/contract/base/mutex.h"

namespace tunesmith {

// A file of FaultVfs: what programs see, what is safe on the disk, the locks
// and the shared memory of SQLite's log index. Thread-safe.
class MemoryFile {
 public:
  static constexpr int kShmLocks = 8;

  // What one open handle holds.
  struct Locks {
    // SQLITE_LOCK_*
    int level = 0;
    std::array<bool, kShmLocks> shared{};
    std::array<bool, kShmLocks> exclusive{};
  };

  // Copies at most `size` bytes; returns how many there were.
  size_t Read(int64_t offset, size_t size, char* to) const;
  void Write(int64_t offset, std::string_view bytes);
  void Truncate(int64_t size);
  void Sync();
  int64_t size() const;
  // Bytes by which such a write would make the file longer.
  int64_t Growth(int64_t offset, size_t bytes) const;

  // Forgets locks and shared memory, and keeps each unsynced sector or not.
  void LosePower(std::mt19937_64& random);
  // Forgets locks and shared memory.
  void LoseProcess();
  // As programs see it.
  std::string Contents() const;

  // False where another handle is in the way.
  bool Lock(Locks& held, int level);
  void Unlock(Locks& held, int level);
  bool IsReserved() const;
  bool LockShm(Locks& held, int first, int count, bool exclusive);
  void UnlockShm(Locks& held, int first, int count);
  // Null when the region is not there and not to be made.
  void* MapShm(int region, size_t size, bool extend);
  void DropShm();

 private:
  struct Change {
    int64_t offset = 0;
    std::string bytes;
    bool truncates = false;
  };

  static void Apply(const Change& change, std::string& data);
  void ForgetHandles() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::string seen_ ABSL_GUARDED_BY(mutex_);
  std::string durable_ ABSL_GUARDED_BY(mutex_);
  std::vector<Change> unsynced_ ABSL_GUARDED_BY(mutex_);
  int shared_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reserved_ ABSL_GUARDED_BY(mutex_) = false;
  bool exclusive_ ABSL_GUARDED_BY(mutex_) = false;
  std::array<int, kShmLocks> shm_shared_ ABSL_GUARDED_BY(mutex_){};
  std::array<bool, kShmLocks> shm_exclusive_ ABSL_GUARDED_BY(mutex_){};
  std::vector<std::unique_ptr<char[]>> shm_ ABSL_GUARDED_BY(mutex_);
  // Regions from before a loss of power: handles of that time point at them.
  std::vector<std::unique_ptr<char[]>> old_shm_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith

#endif  // TUNESMITH_TESTS_SERVER_TESTING_MEMORY_FILE_H_
