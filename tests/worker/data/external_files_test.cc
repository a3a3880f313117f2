// Real and dirty files of others; skipped where they are not.

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/worker/data/table_file.h"
#include "worker/data/labelled_samples.h"

namespace tunesmith::worker {
namespace {

struct Expectation {
  const char* path;
  TableFormat format;
  int64_t rows;
};

TableFormat Names(TableFormat format, std::vector<std::string> names) {
  format.header = false;
  format.column_names = std::move(names);
  return format;
}

std::vector<Expectation> Expectations() {
  TableFormat sms = Names(Tsv(), {"label", "text"});
  TableFormat sst2 = Names(Tsv(), {"text", "label"});
  TableFormat sts =
      Names(Tsv(), {"genre", "file", "year", "id", "score", "first", "second"});
  return {
      {"text-sms-spam/SMSSpamCollection.crlf.tsv", sms, 5574},
      {"text-sms-spam/spam.resaved-utf8.csv", Csv(), 5572},
      {"text-sst2/train.tsv", sst2, 6920},
      {"text-sst2/dev.tsv", sst2, 872},
      {"text-sst2/test.tsv", sst2, 1821},
      {"text-trec/train.tsv", Tsv(), 5444},
      {"text-trec/test.tsv", Tsv(), 499},
      {"dirty-tables/hospital/dirty.csv", Csv(), 1000},
      {"dirty-tables/beers/dirty.csv", Csv(), 2410},
      {"dirty-tables/flights/dirty.csv", Csv(), 2376},
      {"dirty-tables/rayyan/dirty.csv", Csv(), 1000},
      {"dirty-tables/hospital/clean.csv", Csv(), 1000},
      {"dirty-tables/beers/clean.csv", Csv(), 2410},
      {"dirty-tables/flights/clean.csv", Csv(), 2376},
      {"dirty-tables/rayyan/clean.csv", Csv(), 1000},
  };
}

TEST(ExternalFilesTest, EveryRowOfWellFormedFilesIsRead) {
  if (ExternalFile("text-sst2").empty()) {
    GTEST_SKIP() << "the external test data are not there";
  }
  for (const Expectation& expected : Expectations()) {
    std::string path = ExternalFile(expected.path);
    ASSERT_FALSE(path.empty()) << expected.path;
    WholeTable table = ReadWhole(path, expected.format);
    int64_t good = 0;
    for (const Row& row : table.rows) {
      good += !row.problem.has_value();
      if (row.problem.has_value()) {
        ADD_FAILURE() << expected.path << " row " << row.number << ": "
                      << row.problem->message;
      }
    }
    EXPECT_EQ(good, expected.rows) << expected.path;
  }
}

TEST(ExternalFilesTest, Latin1FileIsReadApartFromItsBadRows) {
  std::string path = ExternalFile("text-sms-spam/spam.kaggle-latin1.csv");
  if (path.empty()) GTEST_SKIP() << "the external test data are not there";
  auto table = OpenTable(path, Csv());
  ASSERT_TRUE(table.ok()) << table.status();
  FindingLog log;
  RowTally tally;
  auto texts = ReadLabelledSamples(**table,
                                   {.dataset = "datasets/sms",
                                    .sample_column = "v2",
                                    .label_column = "v1",
                                    .policy = {}},
                                   log, tally, [] { return false; });
  ASSERT_TRUE(texts.ok()) << texts.status();
  int64_t bad = 0;
  std::string proposal;
  for (const DataFinding& finding : log.Take()) {
    if (finding.code == FindingCode::kOtherEncoding) {
      proposal = finding.suggestion;
    } else {
      EXPECT_EQ(finding.code, FindingCode::kInvalidUtf8) << finding.message;
      bad += finding.count;
    }
  }
  EXPECT_GT(bad, 100);
  EXPECT_EQ(static_cast<int64_t>(texts->size()) + bad, 5572);
  EXPECT_EQ(proposal, "set the format's `encoding` to WINDOWS_1252");
  // A third of the rarer class.
  EXPECT_EQ(tally.dropped_labels().at("spam"), 257);
}

TEST(ExternalFilesTest, RowsWithLicenceColumnsHaveWrongCellCounts) {
  std::string path = ExternalFile("regression-stsb/sts-train.csv");
  if (path.empty()) GTEST_SKIP() << "the external test data are not there";
  TableFormat format =
      Names(Tsv(), {"genre", "file", "year", "id", "score", "first", "second"});
  WholeTable table = ReadWhole(path, format);
  EXPECT_EQ(table.rows.size(), 5749u);
  int64_t wrong = 0;
  for (const Row& row : table.rows) {
    if (!row.problem.has_value()) continue;
    EXPECT_EQ(row.problem->code, FindingCode::kWrongCellCount)
        << row.problem->message;
    ++wrong;
  }
  EXPECT_GT(wrong, 0);
}

}  // namespace
}  // namespace tunesmith::worker
