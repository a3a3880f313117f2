#include "worker/data/parquet_reader.h"

#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "arrow/io/file.h"
#include "arrow/memory_pool.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "arrow/util/key_value_metadata.h"
#include "nlohmann/json.hpp"
#include "parquet/arrow/reader.h"
#include "parquet/file_reader.h"
#include "parquet/metadata.h"
#include "parquet/properties.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "worker/data/arrow_text.h"
#include "worker/data/byte_source.h"
#include "worker/data/file_signature.h"

namespace tunesmith::worker {
namespace {

using Json = nlohmann::json;

// Rows that are decoded at once.
constexpr int64_t kBatchRows = 4096;
// Of the metadata that another library left in the file.
constexpr size_t kMaxMetadataBytes = 16 << 20;
// A header can announce any size; decoding gets no more than this.
constexpr int64_t kMaxDecodedBytes = int64_t{4} << 30;

absl::Status FromArrow(const arrow::Status& status) {
  if (status.IsOutOfMemory()) {
    return MalformedFileError(
        "decoding the Parquet file takes more memory than is allowed");
  }
  return MalformedFileError(
      absl::StrCat("the Parquet file is unreadable: ", status.message()));
}

// Turns what Arrow throws into a status: Parquet's decoders throw, and not
// every way into them catches.
template <typename Body>
absl::Status Guarded(Body body) {
  try {
    return body();
  } catch (const std::exception& e) {
    return MalformedFileError(
        absl::StrCat("the Parquet file is unreadable: ", e.what()));
  }
}

// Names of the labels that a column's numbers stand for; empty: the column is
// no such column.
using LabelNames = std::vector<std::string>;

// Of each column, as the `datasets` library writes it; what is odd there counts
// as nothing.
std::vector<LabelNames> ClassLabels(const parquet::FileMetaData& file,
                                    const std::vector<std::string>& columns) {
  std::vector<LabelNames> labels(columns.size());
  if (file.key_value_metadata() == nullptr) return labels;
  const auto text = file.key_value_metadata()->Get("huggingface");
  if (!text.ok() || text->size() > kMaxMetadataBytes) return labels;
  const Json metadata = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  for (size_t c = 0; c < columns.size(); ++c) {
    const Json* feature = &metadata;
    for (const std::string& key :
         {std::string("info"), std::string("features"), columns[c]}) {
      if (!feature->is_object() || !feature->contains(key)) {
        feature = nullptr;
        break;
      }
      feature = &(*feature)[key];
    }
    if (feature == nullptr || !feature->is_object() ||
        feature->value("_type", Json()) != "ClassLabel" ||
        !feature->contains("names") || !(*feature)["names"].is_array()) {
      continue;
    }
    for (const Json& name : (*feature)["names"]) {
      if (name.is_string()) labels[c].push_back(name.get<std::string>());
    }
  }
  return labels;
}

// Puts the name of a label in the place of its number. Gives the problem of a
// number that has none.
std::optional<RowProblem> NameLabel(const LabelNames& names, Cell& cell) {
  int64_t number = -1;
  const bool is_number =
      !cell.opaque && absl::SimpleAtoi(cell.text, &number) && number >= -1;
  if (is_number && number < static_cast<int64_t>(names.size())) {
    cell = number < 0 ? Cell{} : Cell{.text = names[number]};
    return std::nullopt;
  }
  return RowProblem{
      FindingCode::kMalformedRow,
      absl::StrCat("the file has no name for the label with number ",
                   cell.text)};
}

class ParquetReader : public TableReader {
 public:
  ParquetReader() : pool_(arrow::default_memory_pool(), kMaxDecodedBytes) {}

  absl::Status Start(const std::string& path);

  const std::vector<std::string>& columns() const override { return columns_; }
  absl::StatusOr<bool> Next(Row& row) override;

 private:
  // Decodes the next batch that has a row; leaves none at the end.
  absl::Status Advance();
  absl::Status ReadRow(Row& row);

  // Outlives all that is allocated from it.
  arrow::CappedMemoryPool pool_;
  std::unique_ptr<parquet::arrow::FileReader> file_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::vector<std::string> columns_;
  std::vector<LabelNames> labels_;
  int64_t position_ = 0;
  int64_t row_ = 0;
};

absl::Status ParquetReader::Start(const std::string& path) {
  auto input = arrow::io::ReadableFile::Open(path, &pool_);
  if (!input.ok()) return FromArrow(input.status());
  auto start = (*input)->ReadAt(0, kSignatureBytes);
  if (!start.ok()) return FromArrow(start.status());
  TUNESMITH_RETURN_IF_ERROR(RefuseLfsPointer((*start)->ToString()));
  parquet::arrow::FileReaderBuilder builder;
  arrow::Status status =
      builder.Open(*input, parquet::ReaderProperties(&pool_));
  if (!status.ok()) return FromArrow(status);
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_batch_size(kBatchRows);
  properties.set_pre_buffer(false);
  status = builder.memory_pool(&pool_)->properties(properties)->Build(&file_);
  if (!status.ok()) return FromArrow(status);
  auto batches = file_->GetRecordBatchReader();
  if (!batches.ok()) return FromArrow(batches.status());
  batches_ = *std::move(batches);

  std::vector<std::string> names = batches_->schema()->field_names();
  if (names.size() > kMaxColumns) {
    return MalformedFileError(absl::StrCat(
        "the file has more than ", kMaxColumns, " columns: ", names.size()));
  }
  for (const std::string& name : names) {
    if (!IsUtf8(name)) {
      return MalformedFileError("a column's name is not UTF-8");
    }
  }
  labels_ = ClassLabels(*file_->parquet_reader()->metadata(), names);
  columns_ = UniqueColumnNames(std::move(names));
  return absl::OkStatus();
}

absl::Status ParquetReader::Advance() {
  position_ = 0;
  do {
    arrow::Status status = batches_->ReadNext(&batch_);
    if (!status.ok()) return FromArrow(status);
    if (batch_ == nullptr) return absl::OkStatus();
    status = batch_->Validate();
    if (!status.ok()) return FromArrow(status);
  } while (batch_->num_rows() == 0);
  return absl::OkStatus();
}

absl::Status ParquetReader::ReadRow(Row& row) {
  row.number = ++row_;
  row.cells.clear();
  row.problem.reset();
  for (int c = 0; c < batch_->num_columns(); ++c) {
    TUNESMITH_ASSIGN_OR_RETURN(Cell cell,
                               ArrowCell(*batch_->column(c), position_));
    if (!IsUtf8(cell.text)) {
      row.problem =
          RowProblem{FindingCode::kInvalidUtf8,
                     absl::StrCat("column ", columns_[c], " is not UTF-8")};
      cell = Cell{.opaque = true};
    } else if (!labels_[c].empty() && !cell.IsMissing()) {
      std::optional<RowProblem> problem = NameLabel(labels_[c], cell);
      if (problem.has_value()) {
        row.problem = std::move(problem);
        cell = Cell{.opaque = true};
      }
    }
    row.cells.push_back(std::move(cell));
  }
  ++position_;
  return absl::OkStatus();
}

absl::StatusOr<bool> ParquetReader::Next(Row& row) {
  if (batch_ == nullptr || position_ == batch_->num_rows()) {
    TUNESMITH_RETURN_IF_ERROR(Guarded([this] { return Advance(); }));
    if (batch_ == nullptr) return false;
  }
  TUNESMITH_RETURN_IF_ERROR(Guarded([&] { return ReadRow(row); }));
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TableReader>> OpenParquet(
    const std::string& path) {
  auto reader = std::make_unique<ParquetReader>();
  TUNESMITH_RETURN_IF_ERROR(Guarded([&] { return reader->Start(path); }));
  return reader;
}

}  // namespace tunesmith::worker
