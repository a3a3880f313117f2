#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/trainer/process/trainer_process.h"

namespace tunesmith::worker {
namespace {

using ::testing::SizeIs;
using v1::DatasetColumn;
using v1::DatasetFormat;
using v1::Finding;

DatasetFormat Format(DatasetFormat::Kind kind) {
  DatasetFormat format;
  format.set_kind(kind);
  if (kind == DatasetFormat::CSV || kind == DatasetFormat::TSV) {
    format.set_delimiter(kind == DatasetFormat::CSV ? "," : "\t");
    format.set_quoted(kind == DatasetFormat::CSV);
    format.set_header(true);
  }
  return format;
}

class InspectWorkTest : public ::testing::Test {
 protected:
  // An assignment to inspect a file with this content.
  internal::v1::TrainerAssignment Assignment(const std::string& content,
                                             DatasetFormat::Kind kind) {
    scratch_.Write("data", content);
    internal::v1::TrainerAssignment assignment;
    auto& dataset =
        *assignment.mutable_item()->mutable_inspect()->mutable_dataset();
    dataset.set_name("datasets/one");
    *dataset.mutable_artifact() = Stage(scratch_.path(), "d1/1", assignment);
    dataset.set_file_name("data");
    *dataset.mutable_format() = Format(kind);
    return assignment;
  }

  ScratchDirectory scratch_;
};

TEST_F(InspectWorkTest, ReportsFactsAndFindingsOfACsv) {
  ItemRun run = RunItem(
      Assignment("text,label\nhello,a\nworld,\n\xff,b\n", DatasetFormat::CSV));
  EXPECT_TRUE(run.ready);
  EXPECT_EQ(run.exit_code, 0);
  ASSERT_EQ(run.Reason(), "");
  const v1::Dataset& facts = run.outcome.inspect().facts();
  EXPECT_EQ(facts.row_count(), 2);
  EXPECT_EQ(facts.unusable_row_count(), 1);
  EXPECT_EQ(facts.finding_count(), 3);
  EXPECT_EQ(facts.format().kind(), DatasetFormat::CSV);
  ASSERT_EQ(facts.columns_size(), 2);
  EXPECT_EQ(facts.columns(1).name(), "label");
  EXPECT_EQ(facts.columns(1).null_count(), 1);
  ASSERT_THAT(run.FindingsWith(Finding::MISSING_CELL), SizeIs(1));
  EXPECT_EQ(run.FindingsWith(Finding::MISSING_CELL)[0].row(), 2);
  ASSERT_THAT(run.FindingsWith(Finding::INVALID_UTF8), SizeIs(1));
  EXPECT_EQ(run.FindingsWith(Finding::INVALID_UTF8)[0].row(), 3);
  EXPECT_THAT(run.FindingsWith(Finding::OTHER_ENCODING), SizeIs(1));
}

TEST_F(InspectWorkTest, ReadsTsvAndJsonLines) {
  ItemRun tsv =
      RunItem(Assignment("text\tlabel\n\"a\t1\nb\t2\n", DatasetFormat::TSV));
  ASSERT_EQ(tsv.Reason(), "");
  EXPECT_EQ(tsv.outcome.inspect().facts().columns(1).type(),
            DatasetColumn::INTEGER);
  std::filesystem::remove(scratch_.File("manifest.json"));

  ItemRun jsonl = RunItem(
      Assignment("{\"text\":\"a\",\"score\":0.5}\n", DatasetFormat::JSONL));
  ASSERT_EQ(jsonl.Reason(), "");
  EXPECT_EQ(jsonl.outcome.inspect().facts().columns(1).type(),
            DatasetColumn::FLOAT);
}

TEST_F(InspectWorkTest, HostileFilesEndWithAReasonAndNoRetry) {
  struct {
    std::string content;
    DatasetFormat::Kind kind;
    const char* reason;
  } cases[] = {
      {"", DatasetFormat::CSV, "EMPTY_DATASET"},
      {"text,label\n", DatasetFormat::CSV, "EMPTY_DATASET"},
      {"PK\x03\x04 spreadsheet", DatasetFormat::CSV, "MALFORMED_FILE"},
      {"text,label\na,b\n", DatasetFormat::JSONL, "MALFORMED_FILE"},
      {"text,label\na,b\n", DatasetFormat::PARQUET, "MALFORMED_FILE"},
      {"PAR1\xff\xff\xff\x7fPAR1", DatasetFormat::PARQUET, "MALFORMED_FILE"},
  };
  for (const auto& one : cases) {
    std::filesystem::remove(scratch_.File("manifest.json"));
    ItemRun run = RunItem(Assignment(one.content, one.kind));
    EXPECT_EQ(run.Reason(), one.reason) << one.content;
    EXPECT_FALSE(run.outcome.retryable());
    EXPECT_EQ(run.exit_code, 0);
  }
}

TEST_F(InspectWorkTest, ChangedFileIsADigestMismatch) {
  auto assignment = Assignment("text,label\na,b\n", DatasetFormat::CSV);
  std::ofstream(scratch_.File("data")) << "text,label\na,c\n";
  EXPECT_EQ(RunItem(assignment).Reason(), "DIGEST_MISMATCH");
}

TEST_F(InspectWorkTest, FileOutsideTheArtifactIsRefused) {
  auto assignment = Assignment("text,label\na,b\n", DatasetFormat::CSV);
  assignment.mutable_item()
      ->mutable_inspect()
      ->mutable_dataset()
      ->set_file_name("../data");
  EXPECT_EQ(RunItem(assignment).Reason(), "DIGEST_MISMATCH");
}

TEST_F(InspectWorkTest, CancelBeforeTheAssignmentEndsIt) {
  auto assignment = Assignment("text,label\na,b\n", DatasetFormat::CSV);
  TrainerProcess trainer;
  internal::v1::AgentMessage cancel;
  cancel.mutable_cancel();
  trainer.Send(cancel);
  internal::v1::AgentMessage message;
  *message.mutable_assignment() = assignment;
  trainer.Send(message);
  internal::v1::TrainerMessage reply;
  internal::v1::Outcome outcome;
  while (trainer.Receive(reply)) {
    if (reply.has_event()) outcome = reply.event().outcome();
  }
  EXPECT_EQ(outcome.error().code(),
            static_cast<int>(absl::StatusCode::kCancelled));
  EXPECT_EQ(trainer.Wait(), 0);
}

}  // namespace
}  // namespace tunesmith::worker
