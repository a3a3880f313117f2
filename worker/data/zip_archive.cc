#include "worker/data/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/mutex.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "worker/data/archive_files.h"
#include "worker/data/file_bytes.h"
#include "worker/formats/printable.h"

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

bool IsEncrypted(const zip_stat_t& info) {
  return (info.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
         info.encryption_method != ZIP_EM_NONE;
}

// As Unix's zip stores it: the file's mode in the upper half.
bool IsLink(zip_t& zip, zip_uint64_t place) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  constexpr zip_uint32_t kTypeMask = 0170000, kLink = 0120000;
  return zip_file_get_external_attributes(&zip, place, 0, &system,
                                          &attributes) == 0 &&
         (system == ZIP_OPSYS_UNIX || system == ZIP_OPSYS_OS_X) &&
         (attributes >> 16 & kTypeMask) == kLink;
}

// Of an entry that libzip does not open.
absl::Status WhyNot(zip_t& zip, zip_uint64_t place) {
  const std::string message = zip_strerror(&zip);
  zip_stat_t info;
  if (zip_stat_index(&zip, place, 0, &info) == 0) {
    if (IsEncrypted(info)) {
      return absl::DataLossError(
          "it is encrypted in the zip (unpack it with its password, and pack "
          "it without)");
    }
    if ((info.valid & ZIP_STAT_COMP_METHOD) != 0 &&
        zip_compression_method_supported(info.comp_method, 0) == 0) {
      return absl::DataLossError(absl::StrCat(
          "it is compressed in the zip with method ", info.comp_method,
          ", which cannot be read (pack it with deflate, as zip does by "
          "default)"));
    }
  }
  return absl::DataLossError(
      absl::StrCat("cannot be read from the archive: ", message));
}

// The names of all entries as paths. Old programs write them in DOS' code page
// and with its backslashes.
class ZipNames {
 public:
  absl::Status Read(zip_t& zip) {
    const zip_int64_t count = zip_get_num_entries(&zip, 0);
    bool any_slash = false;
    bool any_backslash = false;
    for (zip_int64_t i = 0; i < count; ++i) {
      const auto place = static_cast<zip_uint64_t>(i);
      const char* raw = zip_get_name(&zip, place, ZIP_FL_ENC_RAW);
      if (raw == nullptr) {
        return MalformedFileError(
            absl::StrCat("zip archive: entry ", i, " cannot be read"));
      }
      std::string path = raw;
      // Names that are UTF-8, or say another way what they are, stay.
      const char* guess = zip_get_name(&zip, place, ZIP_FL_ENC_GUESS);
      if (!IsUtf8(path) && guess != nullptr) {
        path = guess;
        if (recoded_++ == 0) first_recoded_ = path;
      }
      any_slash = any_slash || absl::StrContains(path, '/');
      any_backslash = any_backslash || absl::StrContains(path, '\\');
      paths_.push_back(std::move(path));
    }
    backslashes_ = any_backslash && !any_slash;
    if (backslashes_) {
      for (std::string& path : paths_) {
        std::replace(path.begin(), path.end(), '\\', '/');
      }
    }
    return absl::OkStatus();
  }

  size_t size() const { return paths_.size(); }
  const std::string& PathOf(size_t index) const { return paths_[index]; }

  std::vector<std::string> Notes() const {
    std::vector<std::string> notes;
    if (recoded_ > 0) {
      notes.push_back(absl::StrCat(
          "names in the zip that are not UTF-8 and were read in DOS' code page "
          "437: ",
          recoded_, ", the first is ", Printable(first_recoded_)));
    }
    if (backslashes_) {
      notes.push_back(
          "the zip separates folders by backslashes, which were taken for "
          "slashes");
    }
    return notes;
  }

 private:
  std::vector<std::string> paths_;
  int64_t recoded_ = 0;
  std::string first_recoded_;
  bool backslashes_ = false;
};

class ZipArchive : public Archive {
 public:
  explicit ZipArchive(std::unique_ptr<MappedFile> file)
      : file_(std::move(file)) {}

  absl::Status Index();

  const std::vector<File>& files() const override { return files_.files(); }
  absl::StatusOr<std::string> Read(size_t index,
                                   int64_t max_bytes) const override;

 protected:
  const Extras& extras() const override { return files_.extras(); }

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
  ZipNames names;
  TUNESMITH_RETURN_IF_ERROR(names.Read(*zip));
  int64_t encrypted = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    zip_stat_t info;
    if (zip_stat_index(zip.get(), i, 0, &info) != 0 ||
        (info.valid & ZIP_STAT_SIZE) == 0) {
      return MalformedFileError(
          absl::StrCat("zip archive: entry ", i, " cannot be read"));
    }
    const std::string& path = names.PathOf(i);
    if (IsLink(*zip, i)) {
      TUNESMITH_RETURN_IF_ERROR(files_.AddOddity(path, "a symbolic link"));
      continue;
    }
    TUNESMITH_RETURN_IF_ERROR(files_.Add(path, info.size, i));
    encrypted += IsEncrypted(info) && !path.ends_with('/') ? 1 : 0;
  }
  for (std::string& note : names.Notes()) files_.AddNote(std::move(note));
  files_.Finish();
  GiveBack(std::move(zip));
  if (encrypted > 0 && encrypted >= static_cast<int64_t>(files().size())) {
    return MalformedFileError(
        absl::StrCat("every file of the zip is encrypted: ", encrypted,
                     " (unpack it with its password, and pack it without)"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ZipArchive::Read(size_t index,
                                             int64_t max_bytes) const {
  const File& file = files()[index];
  TUNESMITH_RETURN_IF_ERROR(CheckLength(file, max_bytes));
  TUNESMITH_ASSIGN_OR_RETURN(Zip zip, TakeHandle());
  std::unique_ptr<zip_file_t, CloseZipFile> content(
      zip_fopen_index(zip.get(), files_.PlaceOf(index), 0));
  if (content == nullptr) return WhyNot(*zip, files_.PlaceOf(index));
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
