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
#include "worker/data/folder_layout.h"
#include "worker/formats/printable.h"
#include "worker/images/image_type.h"

namespace tunesmith::worker {
namespace {

constexpr int64_t kMaxManifestBytes = 1 << 30;

std::string_view NameOf(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

class FolderTable : public TableReader {
 public:
  explicit FolderTable(std::unique_ptr<Archive> archive)
      : archive_(std::move(archive)), layout_(*archive_) {
    if (layout_.has_splits()) columns_.push_back(kSplitColumn);
    if (layout_.is_deep()) columns_.push_back(kInnermostColumn);
  }

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
  void Fill(const std::string& path, Row& row) const {
    if (!IsUtf8(path)) {
      row.problem = RowProblem{
          .code = FindingCode::kInvalidUtf8,
          .message = absl::StrCat("the path is not UTF-8: ", Printable(path))};
      return;
    }
    const FolderLayout::Place place = layout_.PlaceOf(path);
    row.cells.push_back({.text = path});
    row.cells.push_back({.text = std::string(place.label)});
    if (layout_.has_splits()) {
      row.cells.push_back({.text = std::string(place.split)});
    }
    if (layout_.is_deep()) {
      row.cells.push_back({.text = std::string(place.innermost)});
    }
  }

  const std::unique_ptr<Archive> archive_;
  const FolderLayout layout_;
  std::vector<std::string> columns_ = {kImageColumn, kClassColumn};
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
    const Archive& archive, const Manifest& manifest) {
  absl::StatusOr<size_t> file = archive.Find(CleanPath(manifest.path));
  if (!file.ok()) {
    return MalformedFileError(
        absl::StrCat("the archive does not hold the manifest ", manifest.path));
  }
  absl::StatusOr<std::string> bytes = archive.Read(*file, kMaxManifestBytes);
  if (!bytes.ok()) {
    return MalformedFileError(absl::StrCat(
        manifest.path, ": ", std::string(bytes.status().message())));
  }
  // Table readers open it at once and need the path no longer.
  MemoryFile copy;
  TUNESMITH_RETURN_IF_ERROR(copy.Write(*bytes));
  TableFormat format = ManifestFormat(manifest.path);
  format.encoding = manifest.encoding;
  return OpenTable(copy.path(), format);
}

// A class that is a link would be missing without a word.
absl::Status RefuseOddities(const Archive& archive) {
  const Archive::Oddity* first = nullptr;
  int64_t count = 0;
  for (const Archive::Oddity& oddity : archive.oddities()) {
    if (IsHiddenPath(oddity.path)) continue;
    if (count++ == 0) first = &oddity;
  }
  if (count == 0) return absl::OkStatus();
  return MalformedFileError(absl::StrCat(
      "the archive holds links or devices, which are not followed: ", count,
      ", the first is ", Printable(first->path), ", ", first->what,
      " (pack the files themselves: tar with --dereference, zip without -y)"));
}

absl::Status RefuseNoPictures(const Archive& archive) {
  size_t hidden = 0;
  for (const Archive::File& file : archive.files()) {
    if (IsImagePath(file.path)) return absl::OkStatus();
    hidden += IsHiddenPath(file.path) ? 1 : 0;
  }
  if (archive.files().empty()) {
    return MalformedFileError(
        archive.folders().empty()
            ? "the archive is empty"
            : absl::StrCat("the archive holds folders alone and no file: ",
                           archive.folders().size(), ", the first is ",
                           Printable(archive.folders()[0])));
  }
  return MalformedFileError(absl::StrCat(
      "the archive holds no picture; its files are: ", archive.files().size(),
      ", the first is ", Printable(archive.files()[0].path),
      hidden == 0 ? "" : absl::StrCat(", hidden ones among them: ", hidden)));
}

}  // namespace

bool IsHiddenPath(std::string_view path) {
  const std::string_view name = NameOf(path);
  return path.starts_with(".") || path.find("/.") != std::string_view::npos ||
         path.starts_with("__MACOSX/") ||
         path.find("/__MACOSX/") != std::string_view::npos ||
         name == "Thumbs.db" || name == "desktop.ini";
}

bool IsImagePath(const std::string& path) {
  return TypeOfPath(path) != ImageType::kUnknown && !IsHiddenPath(path);
}

absl::StatusOr<std::unique_ptr<TableReader>> OpenImageTable(
    const std::string& path, const Manifest& manifest) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<Archive> archive,
                             OpenArchive(path));
  TUNESMITH_RETURN_IF_ERROR(RefuseOddities(*archive));
  TUNESMITH_RETURN_IF_ERROR(RefuseNoPictures(*archive));
  if (!manifest.path.empty()) return OpenManifest(*archive, manifest);
  return std::make_unique<FolderTable>(std::move(archive));
}

std::string ManifestFolder(const std::string& manifest) {
  const std::string clean = CleanPath(manifest);
  return clean.substr(0, clean.rfind('/') + 1);
}

std::vector<std::string> IgnoredFiles(const Archive& archive,
                                      std::string_view manifest) {
  std::vector<std::string> ignored;
  for (const Archive::File& file : archive.files()) {
    if (file.path == manifest || IsHiddenPath(file.path)) continue;
    if (!IsImagePath(file.path)) ignored.push_back(file.path);
  }
  return ignored;
}

}  // namespace tunesmith::worker
