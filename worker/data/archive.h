#ifndef TUNESMITH_WORKER_DATA_ARCHIVE_H_
#define TUNESMITH_WORKER_DATA_ARCHIVE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tunesmith::worker {

// Files that an archive may hold.
inline constexpr size_t kMaxArchiveFiles = 5'000'000;
// Bytes of a file's path.
inline constexpr size_t kMaxArchivePathBytes = 4096;

// Regular files in an archive, read one by one and never unpacked. Immutable
// and thread-safe. One member for each format.
class Archive {
 public:
  struct File {
    // As CleanPath makes it; any bytes.
    std::string path;
    int64_t size_bytes = 0;
  };
  // Something that is neither a file nor a folder.
  struct Oddity {
    std::string path;
    // "a symbolic link to ../x".
    std::string what;
  };

  virtual ~Archive() = default;

  // Sorted by path, so that the order in which they were packed means nothing.
  // Of several with one path the last one counts. A hard link to a file of the
  // archive is that file once more.
  virtual const std::vector<File>& files() const = 0;
  // Folders that the archive names by themselves, each with a "/" at its end,
  // sorted. One that holds files need not be among them.
  const std::vector<std::string>& folders() const { return extras().folders; }
  // What is left out, sorted by path: links that lead out of the archive,
  // symbolic ones and devices.
  const std::vector<Oddity>& oddities() const { return extras().oddities; }
  // What was done to read the names, for people; mostly empty.
  const std::vector<std::string>& notes() const { return extras().notes; }

  // Index of a file. NOT_FOUND.
  absl::StatusOr<size_t> Find(const std::string& path) const;

  // The content of the file at `index`. RESOURCE_EXHAUSTED when it is longer
  // than `max_bytes`; DATA_LOSS when it cannot be read.
  virtual absl::StatusOr<std::string> Read(size_t index,
                                           int64_t max_bytes) const = 0;

 protected:
  // What an archive has beside its files.
  struct Extras {
    std::vector<std::string> folders;
    std::vector<Oddity> oddities;
    std::vector<std::string> notes;
  };
  // Nothing, unless a format has some.
  virtual const Extras& extras() const;

  friend class ArchiveFiles;
};

// A path without "." and empty parts, without a "/" at its beginning, and with
// each ".." taken together with the part before it; a "/" at the end stays.
std::string CleanPath(std::string_view path);

// Zip and tar (ustar, pax and GNU) are told apart by what the file holds. A tar
// that is compressed with gzip or zstd as a whole is unpacked into a temporary
// file first. INVALID_ARGUMENT with reason MALFORMED_FILE.
absl::StatusOr<std::unique_ptr<Archive>> OpenArchive(const std::string& path);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_ARCHIVE_H_
