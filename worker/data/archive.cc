#include "worker/data/archive.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/file_bytes.h"
#include "worker/data/tar_archive.h"
#include "worker/data/unpacked_archive.h"
#include "worker/data/zip_archive.h"
#include "worker/formats/mapped_file.h"

namespace tunesmith::worker {
namespace {

// What people take for an archive that can be read from the middle.
constexpr struct {
  std::string_view bytes;
  const char* message;
} kPackedAsAWhole[] = {
    {"\xfd"
     "7zXZ",
     "the archive is compressed with xz as a whole (unxz it)"},
    {"BZh", "the archive is compressed with bzip2 as a whole (bunzip2 it)"},
    {"7z\xbc\xaf", "the archive is of 7-Zip (pack it as zip or tar)"},
    {"Rar!", "the archive is of RAR (pack it as zip or tar)"},
};

std::string_view BytesOf(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()),
          file.bytes().size()};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Archive>> OpenArchive(const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> file,
                             MappedFile::Open(path));
  std::string_view bytes = BytesOf(*file);
  if (bytes.empty()) return MalformedFileError("the archive is empty");
  for (const auto& packed : kPackedAsAWhole) {
    if (bytes.starts_with(packed.bytes)) {
      return MalformedFileError(packed.message);
    }
  }
  if (IsPackedAsAWhole(bytes)) {
    TUNESMITH_ASSIGN_OR_RETURN(file, UnpackWhole(path));
    bytes = BytesOf(*file);
    if (!LooksLikeTar(bytes)) {
      return MalformedFileError(
          "the file is packed with gzip or zstd, and what is in it is no tar "
          "archive");
    }
  }
  if (LooksLikeTar(bytes)) return OpenTar(std::move(file));
  return OpenZip(std::move(file));
}

std::string CleanPath(std::string_view path) {
  std::vector<std::string_view> parts;
  for (absl::string_view part :
       absl::StrSplit(absl::string_view(path.data(), path.size()), '/')) {
    if (part == ".." && !parts.empty()) {
      parts.pop_back();
    } else if (!part.empty() && part != "." && part != "..") {
      parts.emplace_back(part.data(), part.size());
    }
  }
  std::string clean;
  for (std::string_view part : parts) {
    if (!clean.empty()) clean += '/';
    clean += part;
  }
  if (path.ends_with('/') && !clean.empty()) clean += '/';
  return clean;
}

const Archive::Extras& Archive::extras() const {
  static const Extras none;
  return none;
}

absl::StatusOr<size_t> Archive::Find(const std::string& path) const {
  auto found =
      std::lower_bound(files().begin(), files().end(), path,
                       [](const File& file, const std::string& wanted) {
                         return file.path < wanted;
                       });
  if (found == files().end() || found->path != path) {
    return absl::NotFoundError(absl::StrCat("no such file: ", path));
  }
  return static_cast<size_t>(found - files().begin());
}

}  // namespace tunesmith::worker
