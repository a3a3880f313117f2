#include "worker/data/file_signature.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "worker/data/byte_source.h"

namespace tunesmith::worker {
namespace {

struct Signature {
  size_t offset;
  std::string_view bytes;
  const char* message;
};
// UTF-32's marks begin with those of UTF-16.
constexpr Signature kSignatures[] = {
    {0, {"\xff\xfe\0\0", 4}, "is UTF-32 (save it as UTF-8)"},
    {0, {"\0\0\xfe\xff", 4}, "is UTF-32 (save it as UTF-8)"},
    {0, "PK\x03\x04", "is a ZIP archive or spreadsheet (save it as CSV)"},
    {0, "PK\x05\x06", "is an empty ZIP archive (save the table as CSV)"},
    {0, "\xd0\xcf\x11\xe0", "is an old spreadsheet (save it as CSV)"},
    {0, "\x1f\x8b", "is packed with gzip twice (unpack it)"},
    {0, "\x28\xb5\x2f\xfd", "is packed with zstd twice (unpack it)"},
    {0, "BZh", "is packed with bzip2 (unpack it, or pack it with gzip)"},
    {0,
     {"\xfd"
      "7zXZ"},
     "is packed with xz (unpack it, or pack it with gzip)"},
    {0, {"7z\xbc\xaf"}, "is a 7-Zip archive (unpack it)"},
    {0, "Rar!", "is a RAR archive (unpack it)"},
    {257, "ustar", "is a tar archive (unpack it)"},
    {0, "PAR1", "is Parquet (set the format's kind to PARQUET)"},
    {0, "ARROW1", "is Arrow or Feather (save it as Parquet)"},
    {0, "\x89HDF", "is HDF5 (save the table as Parquet)"},
    {0, "SQLite format 3", "is an SQLite database (save the table as CSV)"},
    {0, "%PDF", "is a PDF (save the table as CSV)"},
    {0, {"\x80\x04\x95"}, "is a Python pickle (save the table as Parquet)"},
};

constexpr std::string_view kLfsPointer =
    "version https://git-lfs.github.com/spec/";

}  // namespace

absl::Status RefuseLfsPointer(std::string_view start) {
  if (!start.starts_with(kLfsPointer)) return absl::OkStatus();
  return MalformedFileError(
      "the file is a git-lfs pointer and not the data that it stands for (get "
      "those with git lfs pull)");
}

absl::Status RefuseOtherFile(std::string_view start) {
  for (const Signature& signature : kSignatures) {
    if (start.size() > signature.offset &&
        start.substr(signature.offset).starts_with(signature.bytes)) {
      return MalformedFileError(absl::StrCat("the file ", signature.message));
    }
  }
  const std::string head(start.substr(0, 64));
  if (absl::StartsWithIgnoreCase(head, "<!doctype html") ||
      absl::StartsWithIgnoreCase(head, "<html")) {
    return MalformedFileError(
        "the file is a web page (was a download refused, or is it the page "
        "about the data?)");
  }
  return RefuseLfsPointer(start);
}

}  // namespace tunesmith::worker
