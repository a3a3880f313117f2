#include "worker/data/file_bytes.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "worker/data/file_signature.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
// Of the longest character in UTF-8, at which a buffer may be cut.
constexpr size_t kLongestCharacter = 4;

absl::StatusOr<std::string> ReadStart(ByteSource& source) {
  std::string start(kBufferBytes, '\0');
  size_t size = 0;
  while (size < start.size()) {
    TUNESMITH_ASSIGN_OR_RETURN(
        size_t more, source.Read(start.data() + size, start.size() - size));
    if (more == 0) break;
    size += more;
  }
  start.resize(size);
  return start;
}

// A start that is UTF-8 and not ASCII alone; a character that is cut at its
// end does not count.
bool LooksLikeUtf8(std::string_view start) {
  if (start.size() == kBufferBytes) {
    start = CutAtCharacter(start, start.size() - kLongestCharacter);
  }
  return HasBeyondAscii(start) && IsUtf8(start);
}

absl::Status CheckMark(const ByteOrderMark& mark, TextEncoding encoding) {
  if (encoding == TextEncoding::kDetect || encoding == mark.encoding) {
    return absl::OkStatus();
  }
  return MalformedFileError(
      absl::StrCat("the file begins with the byte order mark of ",
                   std::string(EncodingName(mark.encoding)),
                   ", and the format's `encoding` ", "is ",
                   std::string(EncodingField(encoding)), " (leave it unset)"));
}

DataFinding OtherEncoding(FindingSeverity severity, const std::string& message,
                          const std::string& suggestion) {
  return {.code = FindingCode::kOtherEncoding,
          .severity = severity,
          .message = message,
          .suggestion = suggestion};
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileBytes>> FileBytes::Open(
    const std::string& path, TextEncoding encoding) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source,
                             OpenBytes(path));
  TUNESMITH_ASSIGN_OR_RETURN(std::string start, ReadStart(*source));
  TUNESMITH_RETURN_IF_ERROR(RefuseOtherFile(start));
  std::string_view text = start;
  std::vector<DataFinding> findings;
  if (const std::optional<ByteOrderMark> mark = MarkOf(start)) {
    TUNESMITH_RETURN_IF_ERROR(CheckMark(*mark, encoding));
    encoding = mark->encoding;
    text.remove_prefix(mark->size);
  } else if (encoding == TextEncoding::kDetect) {
    const std::optional<TextEncoding> told = Utf16WithoutMark(start);
    encoding = told.value_or(TextEncoding::kUtf8);
    if (told.has_value()) {
      findings.push_back(OtherEncoding(
          FindingSeverity::kNote,
          absl::StrCat("the file is read as ", std::string(EncodingName(*told)),
                       ", as its zero bytes show"),
          ""));
    }
  } else if (encoding != TextEncoding::kUtf8 && LooksLikeUtf8(start)) {
    findings.push_back(
        OtherEncoding(FindingSeverity::kWarning,
                      absl::StrCat("the file is read as ",
                                   std::string(EncodingName(encoding)),
                                   ", and seems to be UTF-8"),
                      "leave the format's `encoding` unset"));
  }
  std::unique_ptr<FileBytes> file(new FileBytes(std::move(source), encoding));
  file->findings_ = std::move(findings);
  file->decoder_.Decode(text, file->buffer_);
  return file;
}

bool EndsLinesWithReturns(std::string_view start, bool quoted) {
  bool in_quotes = false;
  bool any_return = false;
  for (char c : start) {
    if (quoted && c == '"') in_quotes = !in_quotes;
    if (in_quotes) continue;
    if (c == '\n') return false;
    any_return |= c == '\r';
  }
  return any_return;
}

std::vector<DataFinding> FileBytes::Findings() const {
  std::vector<DataFinding> findings = findings_;
  if (decoder_.control_bytes() > 0) {
    findings.push_back(OtherEncoding(
        FindingSeverity::kWarning,
        absl::StrCat("bytes 0x80 to 0x9f, which are control characters in "
                     "latin-1, and quotes, dashes and the like in "
                     "windows-1252: ",
                     decoder_.control_bytes()),
        "set the format's `encoding` to WINDOWS_1252"));
  }
  return findings;
}

bool FileBytes::Fill() {
  if (ended_) return false;
  encoded_.resize(kBufferBytes);
  buffer_.clear();
  position_ = 0;
  while (buffer_.empty() && !ended_) {
    absl::StatusOr<size_t> size =
        source_->Read(encoded_.data(), encoded_.size());
    if (!size.ok()) status_ = size.status();
    ended_ = !size.ok() || *size == 0;
    if (ended_) {
      decoder_.Finish(buffer_);
    } else {
      decoder_.Decode({encoded_.data(), *size}, buffer_);
    }
  }
  return !buffer_.empty();
}

}  // namespace tunesmith::worker
