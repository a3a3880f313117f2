#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/labels/label_text.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"
#include "worker/data/byte_source.h"
#include "worker/data/table.h"

namespace tunesmith::worker {
namespace {

constexpr int kEncodings = 6;
constexpr size_t kMaxBytes = 1 << 20;

void ExpectRow(const Row& row, int64_t number, const TableReader& table) {
  Expect(row.number == number);
  Expect(row.line >= 1);
  Expect(row.cells.size() <= table.columns().size());
  for (const Cell& cell : row.cells) {
    Expect(IsUtf8(cell.text));
    Expect(!cell.opaque || cell.text.empty());
  }
}

void ReadTable(std::string_view bytes, const TableFormat& format) {
  MemoryFile memory(bytes);
  absl::StatusOr<std::unique_ptr<TableReader>> table =
      OpenTable(memory.path(), format);
  if (!table.ok()) {
    Expect(ReasonOf(table.status()) == "MALFORMED_FILE");
    return;
  }
  Row row;
  for (int64_t number = 1;; ++number) {
    absl::StatusOr<bool> has_row = (*table)->Next(row);
    if (!has_row.ok()) {
      Expect(ReasonOf(has_row.status()) == "MALFORMED_FILE");
      break;
    }
    if (!*has_row) break;
    ExpectRow(row, number, **table);
  }
  for (const DataFinding& finding : (*table)->Findings()) {
    Expect(finding.count >= 1 && IsUtf8(finding.message));
  }
}

// The first byte says how the others are read.
struct Choice {
  int bits = 0;
  std::string_view bytes;
};
Choice TakeChoice(std::string_view bytes) {
  if (bytes.empty()) return {};
  return {static_cast<uint8_t>(bytes[0]), bytes.substr(1)};
}

}  // namespace

void FuzzDelimited(std::string_view bytes) {
  const auto [bits, content] = TakeChoice(bytes);
  ReadTable(content,
            {.kind = TableKind::kCsv,
             .quoted = (bits & 1) == 0,
             .header = (bits & 2) == 0,
             .encoding = static_cast<TextEncoding>((bits >> 2) % kEncodings)});
}

void FuzzJson(std::string_view bytes) {
  const auto [bits, content] = TakeChoice(bytes);
  ReadTable(content,
            {.kind = (bits & 1) == 0 ? TableKind::kJson : TableKind::kJsonl,
             .encoding = static_cast<TextEncoding>((bits >> 2) % kEncodings)});
}

void FuzzPacked(std::string_view bytes) {
  MemoryFile memory(bytes);
  absl::StatusOr<std::unique_ptr<ByteSource>> source = OpenBytes(memory.path());
  Expect(source.ok());
  std::string buffer(4096, '\0');
  for (size_t read = 0; read < kMaxBytes;) {
    absl::StatusOr<size_t> size = (*source)->Read(buffer.data(), buffer.size());
    if (!size.ok()) {
      Expect(ReasonOf(size.status()) == "MALFORMED_FILE");
      return;
    }
    if (*size == 0) return;
    Expect(*size <= buffer.size());
    read += *size;
  }
}

void FuzzLabel(std::string_view bytes) {
  Expect(IsUtf8(ShowText(bytes)));
  if (!IsUtf8(bytes)) return;
  const std::string trimmed = LabelKey(bytes, LabelNormalization::kTrim);
  Expect(LabelKey(trimmed, LabelNormalization::kTrim) == trimmed);
  Expect(IsUtf8(trimmed));
  Expect(IsUtf8(LabelKey(bytes, LabelNormalization::kFold)));
  Expect(IsUtf8(SimilarityKey(bytes)));
  Expect(SimilarityKey(trimmed) == SimilarityKey(bytes));
  Expect(!DifferenceOf(bytes, trimmed).empty());
}

}  // namespace tunesmith::worker
