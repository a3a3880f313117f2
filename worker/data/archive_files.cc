#include "worker/data/archive_files.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/data/file_bytes.h"

namespace tunesmith::worker {

absl::Status ArchiveFiles::Add(std::string path, uint64_t size_bytes,
                               uint64_t place) {
  while (path.starts_with("./")) path.erase(0, 2);
  if (path.empty() || path.size() > kMaxArchivePathBytes) {
    return MalformedFileError(
        absl::StrCat("a path in the archive must have 1 to ",
                     kMaxArchivePathBytes, " bytes, got: ", path.size()));
  }
  if (size_bytes > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return MalformedFileError("a file in the archive has an impossible size");
  }
  if (files_.size() == kMaxArchiveFiles) {
    return MalformedFileError(absl::StrCat(
        "the archive has too many files, at most: ", kMaxArchiveFiles));
  }
  files_.push_back({std::move(path), static_cast<int64_t>(size_bytes)});
  places_.push_back(place);
  return absl::OkStatus();
}

void ArchiveFiles::Sort() {
  std::vector<size_t> order(files_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) {
    return files_[a].path < files_[b].path;
  });
  std::vector<Archive::File> files;
  std::vector<uint64_t> places;
  for (size_t index : order) {
    // Whoever unpacks keeps the last of several.
    if (!files.empty() && files.back().path == files_[index].path) {
      files.pop_back();
      places.pop_back();
    }
    files.push_back(std::move(files_[index]));
    places.push_back(places_[index]);
  }
  files_ = std::move(files);
  places_ = std::move(places);
}

absl::Status CheckLength(const Archive::File& file, int64_t max_bytes) {
  if (file.size_bytes <= max_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the file is too long, at most: ", max_bytes,
                   " bytes, got: ", file.size_bytes));
}

}  // namespace tunesmith::worker
