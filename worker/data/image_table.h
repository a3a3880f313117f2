#ifndef TUNESMITH_WORKER_DATA_IMAGE_TABLE_H_
#define TUNESMITH_WORKER_DATA_IMAGE_TABLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/archive.h"
#include "worker/data/table.h"

// The table that an archive of pictures is.

namespace tunesmith::worker {

// Columns of a table that is made of folders: a picture's path and its class;
// where there are splits, its split; where folders are deeper, the one that it
// lies in.
inline constexpr char kImageColumn[] = "image";
inline constexpr char kClassColumn[] = "label";
inline constexpr char kSplitColumn[] = "split";
inline constexpr char kInnermostColumn[] = "folder";

// Whether a path's ending is a picture's, supported or not, and the path is not
// hidden.
bool IsImagePath(const std::string& path);

// Whether a path is that of a file which a program has put beside the data: of
// a desktop or a version control.
bool IsHiddenPath(std::string_view path);

// A table in an archive of pictures that says what each of them is; without a
// path, folders do.
struct Manifest {
  std::string path = {};
  TextEncoding encoding = TextEncoding::kDetect;
};

// A row for each picture, in the order of the paths, with what FolderLayout
// says; or the rows of the manifest.
// MALFORMED_FILE when there is no such file, or the archive holds links that
// are not followed, or no picture; errors of OpenArchive and OpenTable.
absl::StatusOr<std::unique_ptr<TableReader>> OpenImageTable(
    const std::string& path, const Manifest& manifest);

// Where the paths of a manifest begin in its archive: "" or a folder with its
// "/".
std::string ManifestFolder(const std::string& manifest);

// Paths of files that are neither pictures nor the manifest, nor hidden.
std::vector<std::string> IgnoredFiles(const Archive& archive,
                                      std::string_view manifest);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_IMAGE_TABLE_H_
