#include "worker/data/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/mutex.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/archive_files.h"
#include "worker/data/file_bytes.h"

namespace tunesmith::worker {
namespace {

struct CloseZip {
  void operator()(zip_t* zip) const { zip_discard(zip); }
};
using Zip = std::unique_ptr<zip_t, CloseZip>;

struct CloseZipFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

absl::Status BadZip(zip_error_t& error) {
  std::string message = zip_error_strerror(&error);
  zip_error_fini(&error);
  return MalformedFileError(
      absl::StrCat("not a zip or tar archive that can be read: ", message));
}

// `bytes` outlives the result.
absl::StatusOr<Zip> OpenBytes(std::span<const std::byte> bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source =
      zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) return BadZip(error);
  Zip zip(zip_open_from_source(source, ZIP_RDONLY, &error));
  if (zip == nullptr) {
    zip_source_free(source);
    return BadZip(error);
  }
  zip_error_fini(&error);
  return zip;
}

class ZipArchive : public Archive {
 public:
  explicit ZipArchive(std::unique_ptr<MappedFile> file)
      : file_(std::move(file)) {}

  absl::Status Index();

  const std::vector<File>& files() const override { return files_.files(); }
  absl::StatusOr<std::string> Read(size_t index,
                                   int64_t max_bytes) const override;

 private:
  // A handle serves one thread at a time: takes a free one or makes one.
  absl::StatusOr<Zip> TakeHandle() const;
  void GiveBack(Zip handle) const;

  const std::unique_ptr<MappedFile> file_;
  // Places are libzip's indices.
  ArchiveFiles files_;
  mutable Mutex mutex_;
  mutable std::vector<Zip> free_handles_ ABSL_GUARDED_BY(mutex_);
};

absl::StatusOr<Zip> ZipArchive::TakeHandle() const {
  {
    MutexLock lock(&mutex_);
    if (!free_handles_.empty()) {
      Zip handle = std::move(free_handles_.back());
      free_handles_.pop_back();
      return handle;
    }
  }
  return OpenBytes(file_->bytes());
}

void ZipArchive::GiveBack(Zip handle) const {
  MutexLock lock(&mutex_);
  free_handles_.push_back(std::move(handle));
}

absl::Status ZipArchive::Index() {
  TUNESMITH_ASSIGN_OR_RETURN(Zip zip, TakeHandle());
  const zip_int64_t count = zip_get_num_entries(zip.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto place = static_cast<zip_uint64_t>(i);
    zip_stat_t info;
    if (zip_stat_index(zip.get(), place, ZIP_FL_ENC_RAW, &info) != 0 ||
        (info.valid & ZIP_STAT_NAME) == 0 ||
        (info.valid & ZIP_STAT_SIZE) == 0) {
      return MalformedFileError(
          absl::StrCat("zip archive: entry ", i, " cannot be read"));
    }
    std::string path = info.name;
    if (absl::EndsWith(path, "/")) continue;
    TUNESMITH_RETURN_IF_ERROR(files_.Add(std::move(path), info.size, place));
  }
  files_.Sort();
  GiveBack(std::move(zip));
  return absl::OkStatus();
}

absl::StatusOr<std::string> ZipArchive::Read(size_t index,
                                             int64_t max_bytes) const {
  const File& file = files_.files()[index];
  TUNESMITH_RETURN_IF_ERROR(CheckLength(file, max_bytes));
  TUNESMITH_ASSIGN_OR_RETURN(Zip zip, TakeHandle());
  std::unique_ptr<zip_file_t, CloseZipFile> content(
      zip_fopen_index(zip.get(), files_.PlaceOf(index), 0));
  if (content == nullptr) {
    return absl::DataLossError(absl::StrCat("cannot be read from the archive: ",
                                            zip_strerror(zip.get())));
  }
  // A declared size is only believed as far as there is content.
  constexpr size_t kPartBytes = 1 << 20;
  std::string bytes;
  while (true) {
    const size_t before = bytes.size();
    const size_t left = static_cast<size_t>(file.size_bytes) - before;
    // One byte more shows that there is none.
    bytes.resize(before + std::min(kPartBytes, left + 1));
    zip_int64_t got =
        zip_fread(content.get(), bytes.data() + before, bytes.size() - before);
    if (got < 0) {
      return absl::DataLossError("its content is damaged in the archive");
    }
    bytes.resize(before + static_cast<size_t>(got));
    if (got == 0) break;
    if (bytes.size() > static_cast<size_t>(file.size_bytes)) {
      return absl::DataLossError("it is longer than the archive says");
    }
  }
  if (bytes.size() != static_cast<size_t>(file.size_bytes)) {
    return absl::DataLossError("it is shorter than the archive says");
  }
  content.reset();
  GiveBack(std::move(zip));
  return bytes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Archive>> OpenZip(
    std::unique_ptr<MappedFile> file) {
  auto archive = std::make_unique<ZipArchive>(std::move(file));
  TUNESMITH_RETURN_IF_ERROR(archive->Index());
  return archive;
}

}  // namespace tunesmith::worker
