#include "client/cpp/folder_archive.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::client {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBlockBytes = 512;
constexpr size_t kMaxShortPathBytes = 100;
constexpr size_t kMaxRemarks = 10;
// What eleven octal digits hold.
constexpr int64_t kMaxFileBytes = (int64_t{1} << 33) - 1;
// The end of an archive.
constexpr size_t kEndBytes = 2 * kBlockBytes;

struct PackedFile {
  fs::path path;
  // Its place in the archive.
  std::string name;
  int64_t size_bytes = 0;
};

size_t Filler(size_t bytes) {
  return (kBlockBytes - bytes % kBlockBytes) % kBlockBytes;
}

std::string HeaderBlock(std::string_view name, size_t size, char type) {
  std::string block(kBlockBytes, '\0');
  auto put = [&block](size_t at, std::string_view text) {
    block.replace(at, text.size(), text);
  };
  auto octal = [](size_t number, int digits) {
    char text[24];
    std::snprintf(text, sizeof text, "%0*zo", digits, number);
    return std::string(text);
  };
  put(0, name.substr(0, kMaxShortPathBytes));
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, octal(size, 11));
  put(136, "00000000000");
  block[156] = type;
  put(257, "ustar");
  put(263, "00");
  // The checksum is taken with spaces in its own place.
  put(148, "        ");
  size_t sum = 0;
  for (char byte : block) sum += static_cast<unsigned char>(byte);
  put(148, octal(sum, 6));
  block[154] = '\0';
  return block;
}

// "LENGTH path=NAME\n", in which LENGTH counts itself.
std::string PathRecord(const std::string& name) {
  const std::string rest = absl::StrCat(" path=", name, "\n");
  size_t length = rest.size() + 1;
  while (absl::StrCat(length).size() + rest.size() != length) ++length;
  return absl::StrCat(length, rest);
}

// All that stands in front of a file's bytes.
std::string HeaderOf(const PackedFile& file) {
  std::string header;
  if (file.name.size() > kMaxShortPathBytes) {
    std::string record = PathRecord(file.name);
    header = HeaderBlock("path", record.size(), 'x') + record;
    header.append(Filler(record.size()), '\0');
  }
  return header +
         HeaderBlock(file.name, static_cast<size_t>(file.size_bytes), '0');
}

bool IsHidden(const fs::path& path) {
  return path.filename().string().starts_with(".");
}

// What a directory holds, however it is linked together.
struct FolderContent {
  // In the order of their names.
  std::vector<PackedFile> files;
  // Directories without a file below them, relative to the root.
  std::vector<std::string> empty_directories;
};

class FolderWalk {
 public:
  // Adds what is under `directory`, which is `name` in the archive.
  absl::Status Enter(const fs::path& directory, const std::string& name) {
    std::error_code error;
    const fs::path canonical = fs::canonical(directory, error);
    if (error) return Unreadable(directory, error);
    if (std::find(entered_.begin(), entered_.end(), canonical) !=
        entered_.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("link leads back to a directory that it is in: ",
                       directory.string()));
    }
    entered_.push_back(canonical);
    const size_t files_before = content_.files.size();
    fs::directory_iterator it(directory, error), end;
    for (; !error && it != end; it.increment(error)) {
      if (IsHidden(it->path())) continue;
      TUNESMITH_RETURN_IF_ERROR(
          Add(it->path(), name + it->path().filename().string()));
    }
    if (error) return Unreadable(directory, error);
    if (content_.files.size() == files_before && !name.empty()) {
      content_.empty_directories.push_back(name.substr(0, name.size() - 1));
    }
    entered_.pop_back();
    return absl::OkStatus();
  }

  FolderContent Finish() && {
    std::sort(content_.files.begin(), content_.files.end(),
              [](const PackedFile& a, const PackedFile& b) {
                return a.name < b.name;
              });
    std::sort(content_.empty_directories.begin(),
              content_.empty_directories.end());
    return std::move(content_);
  }

 private:
  static absl::Status Unreadable(const fs::path& directory,
                                 const std::error_code& error) {
    return absl::InvalidArgumentError(absl::StrCat(
        "reading directory ", directory.string(), ": ", error.message()));
  }

  absl::Status Add(const fs::path& path, const std::string& name) {
    std::error_code error;
    // Of what a link leads to.
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) return Enter(path, name + "/");
    if (!fs::is_regular_file(status)) {
      return absl::InvalidArgumentError(absl::StrCat(
          fs::exists(status) ? "neither a regular file nor a directory: "
                             : "link leads nowhere: ",
          path.string()));
    }
    const auto size = static_cast<int64_t>(fs::file_size(path, error));
    if (error) return Unreadable(path, error);
    if (size > kMaxFileBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("file is too large for an archive of a directory, at "
                       "most 8 GiB: ",
                       path.string()));
    }
    content_.files.push_back({path, name, size});
    return absl::OkStatus();
  }

  FolderContent content_;
  // From the root to where the walk is.
  std::vector<fs::path> entered_;
};

absl::StatusOr<FolderContent> ContentOf(const fs::path& directory) {
  FolderWalk walk;
  TUNESMITH_RETURN_IF_ERROR(walk.Enter(directory, ""));
  FolderContent content = std::move(walk).Finish();
  if (content.files.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("directory holds no file: ", directory.string()));
  }
  return content;
}

class FolderArchive : public ByteSource {
 public:
  FolderArchive(const fs::path& directory, FolderContent content)
      : file_name_(absl::StrCat(directory.filename().string(), ".tar")),
        files_(std::move(content.files)),
        empty_directories_(std::move(content.empty_directories)) {
    for (const PackedFile& file : files_) {
      const auto size = static_cast<size_t>(file.size_bytes);
      size_bytes_ +=
          static_cast<int64_t>(HeaderOf(file).size() + size + Filler(size));
    }
    size_bytes_ += kEndBytes;
  }

  const std::string& file_name() const override { return file_name_; }
  int64_t size_bytes() const override { return size_bytes_; }

  std::vector<std::string> remarks() const override {
    std::vector<std::string> remarks;
    for (const std::string& name : empty_directories_) {
      if (remarks.size() == kMaxRemarks) {
        remarks.push_back(absl::StrCat(
            "and ", empty_directories_.size() - kMaxRemarks, " more like it"));
        break;
      }
      remarks.push_back(
          absl::StrCat("directory holds no file and is left out: ", name));
    }
    return remarks;
  }

  absl::StatusOr<size_t> Read(char* target, size_t size) override {
    size_t done = 0;
    while (done < size) {
      TUNESMITH_ASSIGN_OR_RETURN(size_t got,
                                 ReadSome(target + done, size - done));
      if (got == 0) break;
      done += got;
    }
    return done;
  }

 private:
  // At least one byte, unless the archive is at its end.
  absl::StatusOr<size_t> ReadSome(char* target, size_t size) {
    if (pending_at_ == pending_.size() && content_left_ == 0) Advance();
    if (pending_at_ < pending_.size()) {
      size_t count = std::min(size, pending_.size() - pending_at_);
      pending_.copy(target, count, pending_at_);
      pending_at_ += count;
      return count;
    }
    const auto count = static_cast<std::streamsize>(
        std::min(static_cast<int64_t>(size), content_left_));
    if (count == 0) return size_t{0};
    if (!content_.read(target, count)) {
      return absl::DataLossError(
          absl::StrCat("file changed or became unreadable during the upload: ",
                       files_[next_ - 1].path.string()));
    }
    content_left_ -= count;
    return static_cast<size_t>(count);
  }

  // On to the next file, or to the end.
  void Advance() {
    pending_.clear();
    pending_at_ = 0;
    if (next_ > 0 && next_ <= files_.size()) {
      pending_.append(Filler(static_cast<size_t>(files_[next_ - 1].size_bytes)),
                      '\0');
    }
    if (next_ < files_.size()) {
      const PackedFile& file = files_[next_];
      pending_ += HeaderOf(file);
      content_ = std::ifstream(file.path, std::ios::binary);
      content_left_ = file.size_bytes;
    } else if (next_ == files_.size()) {
      pending_.append(kEndBytes, '\0');
    }
    next_ = std::min(next_ + 1, files_.size() + 1);
  }

  const std::string file_name_;
  const std::vector<PackedFile> files_;
  const std::vector<std::string> empty_directories_;
  int64_t size_bytes_ = 0;
  // The file after the one that is being read.
  size_t next_ = 0;
  // Headers and fillers that come before more content.
  std::string pending_;
  size_t pending_at_ = 0;
  std::ifstream content_;
  int64_t content_left_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> OpenFolderArchive(
    const std::string& directory) {
  std::error_code error;
  fs::path path = fs::canonical(directory, error);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("reading directory ", directory, ": ", error.message()));
  }
  TUNESMITH_ASSIGN_OR_RETURN(FolderContent content, ContentOf(path));
  return std::make_unique<FolderArchive>(path, std::move(content));
}

}  // namespace tunesmith::client
