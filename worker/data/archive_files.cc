#include "worker/data/archive_files.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/file_bytes.h"
#include "worker/formats/printable.h"

namespace tunesmith::worker {

absl::StatusOr<std::string> ArchiveFiles::Checked(
    const std::string& path) const {
  std::string clean = CleanPath(path);
  if (path.empty() || path.size() > kMaxArchivePathBytes) {
    return MalformedFileError(
        absl::StrCat("a path in the archive must have 1 to ",
                     kMaxArchivePathBytes, " bytes, got: ", path.size()));
  }
  if (files_.size() + extras_.folders.size() + extras_.oddities.size() +
          hard_links_.size() ==
      kMaxArchiveFiles) {
    return MalformedFileError(absl::StrCat(
        "the archive has too many files, at most: ", kMaxArchiveFiles));
  }
  return clean;
}

absl::Status ArchiveFiles::Add(const std::string& path, uint64_t size_bytes,
                               uint64_t place) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string clean, Checked(path));
  // The folder that was packed, as "./".
  if (clean.empty()) return absl::OkStatus();
  if (clean.ends_with('/')) {
    extras_.folders.push_back(std::move(clean));
    return absl::OkStatus();
  }
  if (size_bytes > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return MalformedFileError("a file in the archive has an impossible size");
  }
  files_.push_back({std::move(clean), static_cast<int64_t>(size_bytes)});
  places_.push_back(place);
  return absl::OkStatus();
}

absl::Status ArchiveFiles::AddHardLink(const std::string& path,
                                       const std::string& target) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string clean, Checked(path));
  hard_links_.push_back({std::move(clean), CleanPath(target)});
  return absl::OkStatus();
}

absl::Status ArchiveFiles::AddOddity(const std::string& path,
                                     std::string what) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string clean, Checked(path));
  extras_.oddities.push_back({std::move(clean), std::move(what)});
  return absl::OkStatus();
}

void ArchiveFiles::Finish() {
  Sort();
  const size_t real = files_.size();
  for (HardLink& link : hard_links_) {
    const auto end = files_.begin() + static_cast<ptrdiff_t>(real);
    const auto file = std::lower_bound(
        files_.begin(), end, link.target,
        [](const Archive::File& one, const std::string& wanted) {
          return one.path < wanted;
        });
    if (file == end || file->path != link.target) {
      extras_.oddities.push_back(
          {std::move(link.path),
           absl::StrCat("a hard link to ", Printable(link.target),
                        ", which is not in the archive")});
      continue;
    }
    const auto index = static_cast<size_t>(file - files_.begin());
    const int64_t size_bytes = file->size_bytes;
    files_.push_back({std::move(link.path), size_bytes});
    places_.push_back(places_[index]);
  }
  hard_links_.clear();
  Sort();
  std::sort(extras_.folders.begin(), extras_.folders.end());
  extras_.folders.erase(
      std::unique(extras_.folders.begin(), extras_.folders.end()),
      extras_.folders.end());
  std::sort(extras_.oddities.begin(), extras_.oddities.end(),
            [](const Archive::Oddity& a, const Archive::Oddity& b) {
              return a.path < b.path;
            });
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
