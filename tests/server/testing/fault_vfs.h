#ifndef TUNESMITH_TESTS_SERVER_TESTING_FAULT_VFS_H_
#define TUNESMITH_TESTS_SERVER_TESTING_FAULT_VFS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "absl/base/thread_annotations.h"
#include "proto/contract/base/mutex.h"
#include "tests/server/testing/memory_file.h"

struct sqlite3_vfs;

namespace tunesmith {

// An SQLite VFS of files in memory that fails as disks do. Registered under
// its own name while it lives. Thread-safe.
class FaultVfs {
 public:
  enum class Operation { kWrite, kSync, kTruncate, kOpen };

  // `seed` decides which unsynced bytes survive a loss of power.
  explicit FaultVfs(uint64_t seed = 1);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  const std::string& name() const { return name_; }

  // The n-th such operation from now, counted from 1, fails with an SQLite
  // result code.
  void FailOperation(Operation operation, int n, int code);

  // The n-th write from now reaches the disk by half and fails.
  void TearWrite(int n);
  // Whether a failure of FailOperation or TearWrite is still to come.
  bool failure_is_due() const;

  // Writes that would make all files together larger get SQLITE_FULL; empty: no
  // limit.
  void LimitDisk(std::optional<int64_t> bytes);
  int64_t used_bytes() const;

  // The power fails at the n-th write, sync or truncation from now: it and
  // everything after it fails until Restart.
  void CutPowerAt(int n);
  bool power_is_off() const;

  // The power fails now.
  void CutPower();

  // Synced bytes are there; of the others each sector may be or not. Files
  // that are open stay unusable.
  void Restart();
  // Only the process died: all that it wrote is there.
  void RestartProcess();

  // All files as programs see them, by path; and the other way, synced.
  std::map<std::string, std::string> Contents() const;
  void Load(const std::map<std::string, std::string>& contents);

  // --- For the VFS's functions. ---

  // OK, or the SQLite code with which to fail.
  int Admit(Operation operation, int64_t more_bytes);
  std::shared_ptr<MemoryFile> Open(const std::string& path, bool create);
  void Delete(const std::string& path);
  bool Exists(const std::string& path) const;
  uint64_t generation() const;
  // Whether the write that Admit refused just now was to be torn.
  bool IsTorn();

 private:
  void ComeBack() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  mutable Mutex mutex_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::shared_ptr<MemoryFile>> files_
      ABSL_GUARDED_BY(mutex_);
  struct Failure {
    int countdown = 0;
    int code = 0;
  };
  std::map<Operation, Failure> failures_ ABSL_GUARDED_BY(mutex_);
  int tear_countdown_ ABSL_GUARDED_BY(mutex_) = 0;
  bool torn_ ABSL_GUARDED_BY(mutex_) = false;
  int power_countdown_ ABSL_GUARDED_BY(mutex_) = 0;
  bool power_is_off_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<int64_t> limit_ ABSL_GUARDED_BY(mutex_);
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace tunesmith

#endif  // TUNESMITH_TESTS_SERVER_TESTING_FAULT_VFS_H_
