#include "worker/data/parquet_reader.h"

#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "arrow/io/file.h"
#include "arrow/memory_pool.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "parquet/arrow/reader.h"
#include "parquet/properties.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "worker/data/arrow_text.h"
#include "worker/data/file_bytes.h"

namespace tunesmith::worker {
namespace {

// Rows that are decoded at once.
constexpr int64_t kBatchRows = 4096;
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
  int64_t position_ = 0;
  int64_t row_ = 0;
};

absl::Status ParquetReader::Start(const std::string& path) {
  auto input = arrow::io::ReadableFile::Open(path, &pool_);
  if (!input.ok()) return FromArrow(input.status());
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
