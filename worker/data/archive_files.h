#ifndef TUNESMITH_WORKER_DATA_ARCHIVE_FILES_H_
#define TUNESMITH_WORKER_DATA_ARCHIVE_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/data/archive.h"

namespace tunesmith::worker {

// The list that an archive's index is put into: files, and where each is in the
// archive.
class ArchiveFiles {
 public:
  // MALFORMED_FILE beyond the limits of archive.h.
  absl::Status Add(std::string path, uint64_t size_bytes, uint64_t place);
  // After the last Add.
  void Sort();

  const std::vector<Archive::File>& files() const { return files_; }
  uint64_t PlaceOf(size_t index) const { return places_[index]; }

 private:
  std::vector<Archive::File> files_;
  std::vector<uint64_t> places_;
};

// RESOURCE_EXHAUSTED when the file is longer.
absl::Status CheckLength(const Archive::File& file, int64_t max_bytes);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_ARCHIVE_FILES_H_
