#include "worker/data/labelled_samples.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/data/table_file.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

bool Never() { return false; }

SampleSelection Selection() {
  return {.dataset = "datasets/sms",
          .sample_column = "text",
          .label_column = "label",
          .policy = {}};
}

absl::StatusOr<std::vector<LabelledSample>> Read(
    const std::string& content, const SampleSelection& selection,
    const TableFormat& format, FindingLog& log) {
  TableTestFile file(content);
  auto table = OpenTable(file.path(), format);
  if (!table.ok()) return table.status();
  RowTally tally;
  return ReadLabelledSamples(**table, selection, log, tally, Never);
}

TEST(LabelledSamplesTest, TakesTheTwoColumnsAndKeepsRowNumbers) {
  FindingLog log;
  auto texts = Read("id,label,text\n1,a,one\n2,,two\n3,b,three\n", Selection(),
                    Csv(), log);
  ASSERT_TRUE(texts.ok()) << texts.status();
  ASSERT_THAT(*texts, SizeIs(2));
  EXPECT_EQ((*texts)[1].row, 3);
  EXPECT_EQ((*texts)[1].sample, "three");
  EXPECT_EQ((*texts)[1].label, "b");
}

TEST(LabelledSamplesTest, DroppedRowsAreFindings) {
  FindingLog log;
  auto texts = Read("text,label\n,a\nx\n\xff,a\n \t,a\nfine,a\nno label,\n",
                    Selection(), Csv(), log);
  ASSERT_TRUE(texts.ok()) << texts.status();
  EXPECT_THAT(*texts, SizeIs(1));
  std::vector<DataFinding> findings = log.Take();
  ASSERT_THAT(findings, SizeIs(6));
  EXPECT_EQ(findings[0].code, FindingCode::kMissingCell);
  EXPECT_EQ(findings[0].column, "text");
  EXPECT_EQ(findings[1].code, FindingCode::kWrongCellCount);
  EXPECT_EQ(findings[2].code, FindingCode::kInvalidUtf8);
  EXPECT_EQ(findings[3].row, 4);
  EXPECT_EQ(findings[4].column, "label");
  EXPECT_EQ(findings[5].code, FindingCode::kOtherEncoding);
}

TEST(LabelledSamplesTest, PolicyDecidesForEachKindOfRow) {
  struct {
    const char* content;
    RowAction RowPolicy::*action;
    const char* field;
  } cases[] = {
      {"text,label\nfine,a\nx,\n", &RowPolicy::incomplete_rows,
       "incomplete_rows"},
      {"text,label\nfine,a\nx\n", &RowPolicy::incomplete_rows,
       "incomplete_rows"},
      {"text,label\nfine,a\n\xff,b\n", &RowPolicy::invalid_utf8,
       "invalid_utf8"},
      {"text,label\nfine,a\n\"x\"y,b\n", &RowPolicy::malformed_rows,
       "malformed_rows"},
  };
  for (const auto& one : cases) {
    SampleSelection selection = Selection();
    selection.policy.*one.action = RowAction::kDropRow;
    FindingLog log;
    auto kept = Read(one.content, selection, Csv(), log);
    ASSERT_TRUE(kept.ok()) << kept.status();
    EXPECT_THAT(*kept, SizeIs(1));

    selection.policy.*one.action = RowAction::kFail;
    absl::Status status = Read(one.content, selection, Csv(), log).status();
    EXPECT_EQ(ReasonOf(status), "BAD_ROW");
    EXPECT_THAT(std::string(status.message()), HasSubstr("row 2"));
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.field));
  }
}

TEST(LabelledSamplesTest, UnknownColumnSaysWhatWasMeantAndWhatThereIs) {
  FindingLog log;
  SampleSelection selection = Selection();
  selection.sample_column = "txt";
  absl::Status status =
      Read("text,label\na,b\n", selection, Csv(), log).status();
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_COLUMN");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("did you mean \"text\"?"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"label\""));
  EXPECT_THAT(std::string(status.message()), HasSubstr("datasets/sms"));
}

TEST(LabelledSamplesTest, UnknownKeyOfJsonLinesIsAnUnknownColumn) {
  FindingLog log;
  SampleSelection selection = Selection();
  selection.label_column = "lable";
  absl::Status status =
      Read("{\"text\":\"a\",\"label\":\"b\"}\n", selection, Jsonl(), log)
          .status();
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_COLUMN");
}

TEST(LabelledSamplesTest, KeyThatComesLateIsKnown) {
  FindingLog log;
  auto texts = Read("{\"text\":\"a\"}\n{\"text\":\"b\",\"label\":1}\n",
                    Selection(), Jsonl(), log);
  ASSERT_TRUE(texts.ok()) << texts.status();
  ASSERT_THAT(*texts, SizeIs(1));
  EXPECT_EQ((*texts)[0].label, "1");
}

TEST(LabelledSamplesTest, NestedTextIsUnusable) {
  FindingLog log;
  auto texts =
      Read("{\"text\":[1],\"label\":\"b\"}\n", Selection(), Jsonl(), log);
  EXPECT_EQ(ReasonOf(texts.status()), "EMPTY_DATASET");
}

TEST(LabelledSamplesTest, NoUsableRowIsAnEmptyDataset) {
  FindingLog log;
  EXPECT_EQ(ReasonOf(Read("", Selection(), Csv(), log).status()),
            "EMPTY_DATASET");
  EXPECT_EQ(ReasonOf(Read("text,label\n,\n", Selection(), Csv(), log).status()),
            "EMPTY_DATASET");
}

TEST(LabelledSamplesTest, TextAndLabelMayBeOneColumn) {
  FindingLog log;
  SampleSelection selection = Selection();
  selection.label_column = "text";
  auto texts = Read("text\na\n", selection, Csv(), log);
  ASSERT_TRUE(texts.ok()) << texts.status();
  EXPECT_EQ((*texts)[0].sample, "a");
  EXPECT_EQ((*texts)[0].label, "a");
}

}  // namespace
}  // namespace tunesmith::worker
