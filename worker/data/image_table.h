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

// Columns of a table that is made of folders.
inline constexpr char kImageColumn[] = "image";
inline constexpr char kFolderColumn[] = "label";

// Whether a path's ending is a picture's, supported or not, and the path is not
// that of a file which a program has put beside the pictures.
bool IsImagePath(const std::string& path);

// A row for each picture, in the order of the paths: the path, and the name of
// the folder that it lies in, missing at the top. With `manifest`, the rows of
// that file, which is in `encoding`. MALFORMED_FILE when there is no such file;
// errors of OpenArchive and OpenTable.
absl::StatusOr<std::unique_ptr<TableReader>> OpenImageTable(
    const std::string& path, const std::string& manifest,
    TextEncoding encoding);

// Where the paths of a manifest begin in its archive: "" or a folder with its
// "/".
std::string ManifestFolder(const std::string& manifest);

// Paths of files that are neither pictures nor the manifest, nor hidden.
std::vector<std::string> IgnoredFiles(const Archive& archive,
                                      std::string_view manifest);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_IMAGE_TABLE_H_
