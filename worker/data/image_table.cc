#include "worker/data/image_table.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "worker/data/file_bytes.h"
#include "worker/formats/printable.h"

namespace tunesmith::worker {
namespace {

constexpr const char* kImageEndings[] = {".jpg", ".jpeg", ".jpe",  ".jfif",
                                         ".png", ".webp", ".gif",  ".bmp",
                                         ".tif", ".tiff", ".heic", ".avif"};
constexpr int64_t kMaxManifestBytes = 1 << 30;

std::string_view NameOf(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Of a desktop or a version control, not of the data.
bool IsHidden(std::string_view path) {
  return path.starts_with(".") || path.find("/.") != std::string_view::npos ||
         path.starts_with("__MACOSX/") || NameOf(path) == "Thumbs.db";
}

class FolderTable : public TableReader {
 public:
  explicit FolderTable(std::unique_ptr<Archive> archive)
      : archive_(std::move(archive)) {}

  const std::vector<std::string>& columns() const override { return columns_; }

  absl::StatusOr<bool> Next(Row& row) override {
    while (next_ < archive_->files().size()) {
      const std::string& path = archive_->files()[next_++].path;
      if (!IsImagePath(path)) continue;
      row = Row{.number = ++rows_};
      Fill(path, row);
      return true;
    }
    return false;
  }

 private:
  static void Fill(const std::string& path, Row& row) {
    if (!IsUtf8(path)) {
      row.problem = RowProblem{
          .code = FindingCode::kInvalidUtf8,
          .message = absl::StrCat("the path is not UTF-8: ", Printable(path))};
      return;
    }
    std::string_view folder(path);
    size_t end = folder.rfind('/');
    folder = end == std::string_view::npos ? "" : folder.substr(0, end);
    row.cells.push_back({.text = path});
    row.cells.push_back({.text = std::string(NameOf(folder))});
  }

  const std::unique_ptr<Archive> archive_;
  const std::vector<std::string> columns_ = {kImageColumn, kFolderColumn};
  size_t next_ = 0;
  int64_t rows_ = 0;
};

// A file in memory that has a path while it lives.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("manifest", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (fd_ >= 0) close(fd_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  absl::Status Write(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return absl::ErrnoToStatus(errno, "reading a manifest");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return absl::OkStatus();
  }

  std::string path() const { return absl::StrCat("/proc/self/fd/", fd_); }

 private:
  const int fd_;
};

TableFormat ManifestFormat(const std::string& path) {
  if (absl::EndsWithIgnoreCase(path, ".jsonl")) {
    return {.kind = TableKind::kJsonl};
  }
  if (absl::EndsWithIgnoreCase(path, ".tsv")) {
    return {.kind = TableKind::kTsv, .delimiter = '\t', .quoted = false};
  }
  return {.kind = TableKind::kCsv};
}

absl::StatusOr<std::unique_ptr<TableReader>> OpenManifest(
    const Archive& archive, const std::string& manifest,
    TextEncoding encoding) {
  absl::StatusOr<size_t> file = archive.Find(manifest);
  if (!file.ok()) {
    return MalformedFileError(
        absl::StrCat("the archive does not hold the manifest ", manifest));
  }
  absl::StatusOr<std::string> bytes = archive.Read(*file, kMaxManifestBytes);
  if (!bytes.ok()) {
    return MalformedFileError(
        absl::StrCat(manifest, ": ", std::string(bytes.status().message())));
  }
  // Table readers open it at once and need the path no longer.
  MemoryFile copy;
  TUNESMITH_RETURN_IF_ERROR(copy.Write(*bytes));
  TableFormat format = ManifestFormat(manifest);
  format.encoding = encoding;
  return OpenTable(copy.path(), format);
}

}  // namespace

bool IsImagePath(const std::string& path) {
  if (IsHidden(path)) return false;
  return std::any_of(std::begin(kImageEndings), std::end(kImageEndings),
                     [&path](const char* ending) {
                       return absl::EndsWithIgnoreCase(path, ending);
                     });
}

absl::StatusOr<std::unique_ptr<TableReader>> OpenImageTable(
    const std::string& path, const std::string& manifest,
    TextEncoding encoding) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<Archive> archive,
                             OpenArchive(path));
  if (!manifest.empty()) return OpenManifest(*archive, manifest, encoding);
  return std::make_unique<FolderTable>(std::move(archive));
}

std::string ManifestFolder(const std::string& manifest) {
  const size_t end = manifest.rfind('/');
  return end == std::string::npos ? "" : manifest.substr(0, end + 1);
}

std::vector<std::string> IgnoredFiles(const Archive& archive,
                                      std::string_view manifest) {
  std::vector<std::string> ignored;
  for (const Archive::File& file : archive.files()) {
    if (file.path == manifest || IsHidden(file.path)) continue;
    if (!IsImagePath(file.path)) ignored.push_back(file.path);
  }
  return ignored;
}

}  // namespace tunesmith::worker
