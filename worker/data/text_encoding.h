#ifndef TUNESMITH_WORKER_DATA_TEXT_ENCODING_H_
#define TUNESMITH_WORKER_DATA_TEXT_ENCODING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "worker/data/finding.h"

namespace tunesmith::worker {

// How characters are stored; the values are those of `DatasetFormat.Encoding`
// of the API.
enum class TextEncoding {
  // By the file's first bytes; without a sign there, UTF-8.
  kDetect = 0,
  kUtf8 = 1,
  kWindows1252 = 2,
  kLatin1 = 3,
  kUtf16Le = 4,
  kUtf16Be = 5
};

// As people write it: "windows-1252".
std::string_view EncodingName(TextEncoding encoding);
// As the API writes it: "WINDOWS_1252".
std::string_view EncodingField(TextEncoding encoding);

// The encoding that a byte order mark at the start of a file says, and the
// mark's length.
struct ByteOrderMark {
  TextEncoding encoding = TextEncoding::kUtf8;
  size_t size = 0;
};
std::optional<ByteOrderMark> MarkOf(std::string_view start);

// UTF-16 without a mark, as its zero bytes show where most characters are
// Latin letters, digits and separators.
std::optional<TextEncoding> Utf16WithoutMark(std::string_view start);

// Turns bytes of one encoding into UTF-8, piece by piece. A byte or unit that
// is no character stays one that UTF-8 does not know either, so that the row
// which it is in is found to be broken. UTF-8 itself passes as it is.
class Decoder {
 public:
  // `encoding` is not kDetect.
  explicit Decoder(TextEncoding encoding) : encoding_(encoding) {}

  // Appends what `bytes` are to `text`.
  void Decode(std::string_view bytes, std::string& text);
  // The file has ended; half a unit may be left.
  void Finish(std::string& text);

  TextEncoding encoding() const { return encoding_; }
  // Bytes of latin-1 that are letters and signs in windows-1252, and controls
  // that nobody writes here.
  int64_t control_bytes() const { return control_bytes_; }

 private:
  void DecodeUnit(uint16_t unit, std::string& text);

  const TextEncoding encoding_;
  int64_t control_bytes_ = 0;
  // Of UTF-16: the first byte of a unit, the first unit of a pair.
  std::optional<uint8_t> half_unit_;
  std::optional<uint16_t> high_surrogate_;
};

// Whether a text holds bytes that ASCII does not have.
bool HasBeyondAscii(std::string_view text);

// Finds out which encoding a file is in that was read as UTF-8 and is not,
// from its rows.
class EncodingGuess {
 public:
  // A row that is not UTF-8, and one that is.
  void AddBroken(std::string_view row);
  void AddSound(std::string_view row) { utf8_rows_ += HasBeyondAscii(row); }

  // OTHER_ENCODING: which one it seems to be in, and what to do about it;
  // nothing where every row is UTF-8.
  std::optional<DataFinding> Finding() const;

 private:
  std::string Message() const;
  std::string Suggestion() const;
  std::optional<TextEncoding> Best() const;

  int64_t broken_rows_ = 0;
  // Rows with characters beyond ASCII that are UTF-8.
  int64_t utf8_rows_ = 0;
  // Of broken rows: those that begin with a zero byte; bytes, and among them
  // zeros, those that windows-1252 does not have, those from 0x80 to 0x9f that
  // it has, and those from 0xa0 on.
  int64_t starts_with_zero_ = 0;
  int64_t bytes_ = 0;
  int64_t zero_bytes_ = 0;
  int64_t undefined_bytes_ = 0;
  int64_t windows_bytes_ = 0;
  int64_t latin_bytes_ = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_TEXT_ENCODING_H_
