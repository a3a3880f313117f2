#include "worker/data/tar_archive.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/archive_files.h"
#include "worker/data/file_bytes.h"
#include "worker/formats/printable.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kBlockBytes = 512;
// Of an extended header, which holds one file's path and times.
constexpr size_t kMaxExtensionBytes = 1 << 20;

// Fields of a header block.
constexpr size_t kNameOffset = 0, kNameBytes = 100;
constexpr size_t kSizeOffset = 124, kSizeBytes = 12;
constexpr size_t kChecksumOffset = 148, kChecksumBytes = 8;
constexpr size_t kTypeOffset = 156;
constexpr size_t kLinkOffset = 157, kLinkBytes = 100;
constexpr size_t kMagicOffset = 257;
constexpr size_t kPrefixOffset = 345, kPrefixBytes = 155;

absl::Status BadTar(size_t offset, const char* problem) {
  return MalformedFileError(
      absl::StrCat("tar archive, byte ", offset, ": ", problem));
}

// Up to the first zero.
std::string_view Text(std::string_view block, size_t offset, size_t bytes) {
  std::string_view field = block.substr(offset, bytes);
  return field.substr(0, field.find('\0'));
}

// Octal digits, or GNU's binary form, whose first bit is set.
std::optional<uint64_t> Number(std::string_view field) {
  constexpr uint64_t kTooLarge = uint64_t{1} << 56;
  uint64_t number = 0;
  if (static_cast<uint8_t>(field[0]) == 0x80) {
    for (char byte : field.substr(1)) {
      if (number >= kTooLarge) return std::nullopt;
      number = number << 8 | static_cast<uint8_t>(byte);
    }
    return number;
  }
  size_t begin = field.find_first_not_of(' ');
  if (begin == std::string_view::npos) return std::nullopt;
  size_t end = begin;
  while (end < field.size() && field[end] >= '0' && field[end] <= '7') {
    number = number * 8 + static_cast<uint64_t>(field[end++] - '0');
  }
  bool ended = end == field.size() || field[end] == ' ' || field[end] == '\0';
  return end > begin && ended ? std::optional(number) : std::nullopt;
}

// The sum of all bytes, the checksum's own taken for spaces.
bool IsChecksumRight(std::string_view block) {
  uint64_t sum = 0;
  for (size_t i = 0; i < kBlockBytes; ++i) {
    bool own = i >= kChecksumOffset && i < kChecksumOffset + kChecksumBytes;
    sum += own ? ' ' : static_cast<uint8_t>(block[i]);
  }
  return Number(block.substr(kChecksumOffset, kChecksumBytes)) == sum;
}

// What an extended header says of the file that follows it.
struct Extension {
  std::optional<std::string> path;
  std::optional<std::string> link;
  std::optional<uint64_t> size;
};

// Records "LENGTH KEY=VALUE\n"; false when they are not.
bool ParsePaxRecords(std::string_view records, Extension& extension) {
  while (!records.empty()) {
    size_t space = records.find(' ');
    uint64_t length = 0;
    if (space == std::string_view::npos ||
        !absl::SimpleAtoi(std::string(records.substr(0, space)), &length) ||
        length <= space + 1 || length > records.size() ||
        records[length - 1] != '\n') {
      return false;
    }
    std::string_view record =
        records.substr(space + 1, length - 1 - (space + 1));
    size_t equals = record.find('=');
    if (equals == std::string_view::npos) return false;
    std::string value(record.substr(equals + 1));
    std::string_view key = record.substr(0, equals);
    if (key == "path") extension.path = value;
    if (key == "linkpath") extension.link = value;
    if (key == "size") {
      uint64_t size = 0;
      if (!absl::SimpleAtoi(value, &size)) return false;
      extension.size = size;
    }
    records.remove_prefix(length);
  }
  return true;
}

std::string PathOf(std::string_view block) {
  std::string name(Text(block, kNameOffset, kNameBytes));
  // GNU's old form keeps other things in the prefix.
  if (block.substr(kMagicOffset, 6) != std::string_view("ustar\0", 6)) {
    return name;
  }
  std::string_view prefix = Text(block, kPrefixOffset, kPrefixBytes);
  return prefix.empty() ? name : absl::StrCat(std::string(prefix), "/", name);
}

class TarArchive : public Archive {
 public:
  explicit TarArchive(std::unique_ptr<MappedFile> file)
      : file_(std::move(file)),
        bytes_(reinterpret_cast<const char*>(file_->bytes().data()),
               file_->bytes().size()) {}

  absl::Status Index();

  const std::vector<File>& files() const override { return files_.files(); }
  absl::StatusOr<std::string> Read(size_t index,
                                   int64_t max_bytes) const override;

 protected:
  const Extras& extras() const override { return files_.extras(); }

 private:
  absl::Status AddMember(std::string_view block, const Extension& extension,
                         uint64_t size, size_t begin);

  const std::unique_ptr<MappedFile> file_;
  const std::string_view bytes_;
  // Places are those of the contents.
  ArchiveFiles files_;
};

// Types are those of POSIX.1-2017.
absl::Status TarArchive::AddMember(std::string_view block,
                                   const Extension& extension, uint64_t size,
                                   size_t begin) {
  std::string path = extension.path.value_or(PathOf(block));
  const std::string link = extension.link.value_or(
      std::string(Text(block, kLinkOffset, kLinkBytes)));
  switch (block[kTypeOffset]) {
    case '0':
    case '\0':
    case '7':
      return files_.Add(path, size, begin);
    case '1':
      return files_.AddHardLink(path, link);
    case '2':
      return files_.AddOddity(
          path, absl::StrCat("a symbolic link to ", Printable(link)));
    case '5':
      if (!path.ends_with('/')) path += '/';
      return files_.Add(path, 0, begin);
    case '3':
    case '4':
    case '6':
      return files_.AddOddity(path, "a device");
    default:
      // Such as a volume's label.
      return absl::OkStatus();
  }
}

absl::Status TarArchive::Index() {
  Extension extension;
  size_t at = 0;
  // Two blocks of zeros are the end; some writers leave them out.
  while (at + kBlockBytes <= bytes_.size() && bytes_[at] != '\0') {
    std::string_view block = bytes_.substr(at, kBlockBytes);
    if (!IsChecksumRight(block)) return BadTar(at, "wrong checksum");
    std::optional<uint64_t> size =
        Number(block.substr(kSizeOffset, kSizeBytes));
    char type = block[kTypeOffset];
    bool extends = type == 'x' || type == 'g' || type == 'L' || type == 'K';
    if (!extends && extension.size.has_value()) size = extension.size;
    const size_t begin = at + kBlockBytes;
    if (!size.has_value() || *size > bytes_.size() - begin) {
      return BadTar(at, "the file is cut off");
    }
    std::string_view content = bytes_.substr(begin, *size);
    if (extends && *size > kMaxExtensionBytes) {
      return BadTar(at, "an extended header is too long");
    }
    if (type == 'x') {
      if (!ParsePaxRecords(content, extension)) {
        return BadTar(begin, "bad extended header");
      }
    } else if (type == 'L') {
      extension.path = std::string(content.substr(0, content.find('\0')));
    } else if (type == 'K') {
      extension.link = std::string(content.substr(0, content.find('\0')));
    } else if (!extends) {
      TUNESMITH_RETURN_IF_ERROR(AddMember(block, extension, *size, begin));
      extension = Extension();
    }
    const size_t blocks = (*size + kBlockBytes - 1) / kBlockBytes;
    if (blocks > (bytes_.size() - begin) / kBlockBytes) break;
    at = begin + blocks * kBlockBytes;
  }
  files_.Finish();
  return absl::OkStatus();
}

absl::StatusOr<std::string> TarArchive::Read(size_t index,
                                             int64_t max_bytes) const {
  const File& file = files()[index];
  TUNESMITH_RETURN_IF_ERROR(CheckLength(file, max_bytes));
  return std::string(bytes_.substr(files_.PlaceOf(index),
                                   static_cast<size_t>(file.size_bytes)));
}

}  // namespace

bool LooksLikeTar(std::string_view bytes) {
  return bytes.size() >= kBlockBytes && bytes[0] != '\0' &&
         IsChecksumRight(bytes.substr(0, kBlockBytes));
}

absl::StatusOr<std::unique_ptr<Archive>> OpenTar(
    std::unique_ptr<MappedFile> file) {
  auto archive = std::make_unique<TarArchive>(std::move(file));
  TUNESMITH_RETURN_IF_ERROR(archive->Index());
  return archive;
}

}  // namespace tunesmith::worker
