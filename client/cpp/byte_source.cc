#include "client/cpp/byte_source.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cpp/folder_archive.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::client {
namespace {

namespace fs = std::filesystem;

class FileSource : public ByteSource {
 public:
  FileSource(const fs::path& path, int64_t size_bytes)
      : path_(path.string()),
        file_name_(path.filename().string()),
        size_bytes_(size_bytes),
        file_(path, std::ios::binary) {}

  const std::string& file_name() const override { return file_name_; }
  int64_t size_bytes() const override { return size_bytes_; }

  absl::StatusOr<size_t> Read(char* target, size_t size) override {
    const auto wanted = static_cast<std::streamsize>(
        std::min(static_cast<int64_t>(size), size_bytes_ - read_));
    if (!file_.read(target, wanted)) {
      return absl::DataLossError(absl::StrCat(
          "file changed or became unreadable during the upload: ", path_));
    }
    read_ += wanted;
    return static_cast<size_t>(wanted);
  }

 private:
  const std::string path_;
  const std::string file_name_;
  const int64_t size_bytes_;
  std::ifstream file_;
  int64_t read_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(
    const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    return absl::NotFoundError(
        absl::StrCat("no such file or directory: ", path));
  }
  if (fs::is_directory(status)) return OpenFolderArchive(path);
  if (!fs::is_regular_file(status)) {
    return absl::InvalidArgumentError(
        absl::StrCat("neither a regular file nor a directory: ", path));
  }
  const uintmax_t size = fs::file_size(path, error);
  if (error || size == 0) {
    return absl::InvalidArgumentError(absl::StrCat("file is empty: ", path));
  }
  return std::make_unique<FileSource>(path, static_cast<int64_t>(size));
}

}  // namespace tunesmith::client
