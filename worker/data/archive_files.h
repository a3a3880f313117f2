#ifndef TUNESMITH_WORKER_DATA_ARCHIVE_FILES_H_
#define TUNESMITH_WORKER_DATA_ARCHIVE_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/data/archive.h"

namespace tunesmith::worker {

// The list that an archive's index is put into, and where each file is in the
// archive.
class ArchiveFiles {
 public:
  // MALFORMED_FILE beyond the limits of archive.h. A path that ends with "/" is
  // a folder's.
  absl::Status Add(const std::string& path, uint64_t size_bytes,
                   uint64_t place);
  // Another path of the file `target`.
  absl::Status AddHardLink(const std::string& path, const std::string& target);
  absl::Status AddOddity(const std::string& path, std::string what);
  void AddNote(std::string note) { extras_.notes.push_back(std::move(note)); }
  // After all else. Hard links become files.
  void Finish();

  const std::vector<Archive::File>& files() const { return files_; }
  const Archive::Extras& extras() const { return extras_; }
  uint64_t PlaceOf(size_t index) const { return places_[index]; }

 private:
  struct HardLink {
    std::string path;
    std::string target;
  };

  absl::StatusOr<std::string> Checked(const std::string& path) const;
  void Sort();

  std::vector<Archive::File> files_;
  Archive::Extras extras_;
  std::vector<HardLink> hard_links_;
  std::vector<uint64_t> places_;
};

// RESOURCE_EXHAUSTED when the file is longer.
absl::Status CheckLength(const Archive::File& file, int64_t max_bytes);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_ARCHIVE_FILES_H_
