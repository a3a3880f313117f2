#ifndef TUNESMITH_SERVER_UPKEEP_DISK_RESERVE_H_
#define TUNESMITH_SERVER_UPKEEP_DISK_RESERVE_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "proto/contract/base/mutex.h"

namespace tunesmith::server {

// Room on the disk that is set aside: where a full disk leaves none for the
// record that something is deleted, it is given up first. Thread-safe; does
// I/O.
class DiskReserve {
 public:
  virtual ~DiskReserve() = default;

  virtual void Release() = 0;
  // Sets the room aside again where the disk has plenty; nothing otherwise.
  virtual void Refill() = 0;
};

// A file of so many bytes.
class FileReserve : public DiskReserve {
 public:
  FileReserve(std::string path, int64_t size_bytes)
      : path_(std::move(path)), size_bytes_(size_bytes) {}

  void Release() override;
  void Refill() override;

 private:
  const std::string path_;
  const int64_t size_bytes_;
  Mutex mutex_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
};

// Of the disk that holds `path`.
struct DiskSpace {
  // Not counting what only a superuser may use.
  int64_t free_bytes = 0;
  int64_t capacity_bytes = 0;
};
absl::StatusOr<DiskSpace> ReadDiskSpace(const std::string& path);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_DISK_RESERVE_H_
