#include "worker/trainer/raw_samples.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/table.h"
#include "worker/tokenizer/tokenizer.h"

namespace tunesmith::worker {
namespace {

absl::Status Gone(const TableFile& file, const std::string& what) {
  return absl::InternalError(
      absl::StrCat(file.name, ", read once more, has no ", what));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadRawSamples(
    const TableFile& file, const std::string& column,
    std::span<const int64_t> rows) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<TableReader> table,
                             OpenTable(file.path, file.format));
  std::vector<std::string> samples;
  Row row;
  while (samples.size() < rows.size()) {
    const int64_t wanted = rows[samples.size()];
    TUNESMITH_ASSIGN_OR_RETURN(bool has_row, table->Next(row));
    if (!has_row || row.number > wanted) {
      return Gone(file, absl::StrCat("row ", wanted));
    }
    if (row.number < wanted) continue;
    const std::vector<std::string>& columns = table->columns();
    const size_t place = static_cast<size_t>(
        std::find(columns.begin(), columns.end(), column) - columns.begin());
    if (place >= columns.size() || place >= row.cells.size()) {
      return Gone(file, absl::StrCat("column ", column));
    }
    samples.push_back(std::move(row.cells[place].text));
  }
  return samples;
}

absl::StatusOr<std::vector<std::vector<int32_t>>> EncodeRawTexts(
    const std::string& model_directory, const TextsToEncode& texts) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<std::string> raw,
      ReadRawSamples(texts.file, texts.column, texts.rows));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<Tokenizer> tokenizer,
      Tokenizer::LoadFromModelDirectory(model_directory));
  TUNESMITH_ASSIGN_OR_RETURN(
      EncodedTexts encoded,
      tokenizer->EncodeBatch(raw, texts.max_length, texts.threads));
  return std::move(encoded.token_ids);
}

}  // namespace tunesmith::worker
