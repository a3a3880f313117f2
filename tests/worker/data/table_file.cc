#include "tests/worker/data/table_file.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"

namespace tunesmith::worker {

TableTestFile::TableTestFile(std::string_view content)
    : path_(::testing::TempDir() + "/tunesmith_table_XXXXXX") {
  int fd = mkstemp(path_.data());
  EXPECT_GE(fd, 0);
  close(fd);
  std::ofstream(path_, std::ios::binary) << content;
}

TableTestFile::~TableTestFile() { unlink(path_.c_str()); }

TableFormat Csv() { return TableFormat{}; }

TableFormat Tsv() {
  return TableFormat{
      .kind = TableKind::kTsv, .delimiter = '\t', .quoted = false};
}

TableFormat Jsonl() { return TableFormat{.kind = TableKind::kJsonl}; }

TableFormat Json() { return TableFormat{.kind = TableKind::kJson}; }

TableFormat Parquet() { return TableFormat{.kind = TableKind::kParquet}; }

std::vector<std::string> WholeTable::Texts(size_t i) const {
  std::vector<std::string> texts;
  for (const Cell& cell : rows.at(i).cells) {
    texts.push_back(cell.opaque ? "<opaque>" : cell.text);
  }
  return texts;
}

WholeTable ReadWhole(const std::string& path, const TableFormat& format) {
  WholeTable table;
  auto reader = OpenTable(path, format);
  EXPECT_TRUE(reader.ok()) << reader.status();
  if (!reader.ok()) return table;
  Row row;
  while (true) {
    absl::StatusOr<bool> has_row = (*reader)->Next(row);
    EXPECT_TRUE(has_row.ok()) << has_row.status();
    if (!has_row.ok() || !*has_row) break;
    table.rows.push_back(row);
  }
  table.columns = (*reader)->columns();
  table.findings = (*reader)->Findings();
  return table;
}

WholeTable ReadWholeText(std::string_view content, const TableFormat& format) {
  TableTestFile file(content);
  return ReadWhole(file.path(), format);
}

absl::Status ReadError(std::string_view content, const TableFormat& format) {
  TableTestFile file(content);
  auto reader = OpenTable(file.path(), format);
  if (!reader.ok()) return reader.status();
  Row row;
  while (true) {
    absl::StatusOr<bool> has_row = (*reader)->Next(row);
    if (!has_row.ok()) return has_row.status();
    if (!*has_row) return absl::OkStatus();
  }
}

std::string ExternalFile(const std::string& relative) {
  const char* root = getenv("TUNESMITH_TEST_DATA");
  std::filesystem::path base = TUNESMITH_SOURCE_DIR "/../shared/data";
  if (root != nullptr) base = root;
  std::string path = (base / relative).string();
  return std::filesystem::exists(path) ? path : "";
}

}  // namespace tunesmith::worker
