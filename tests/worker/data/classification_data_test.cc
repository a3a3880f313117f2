#include "worker/data/classification_data.h"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/end_to_end/tiny_model.h"
#include "tests/worker/scratch_directory.h"
#include "worker/data/text_samples.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

void ExpectSameExamples(const std::vector<Example>& a,
                        const std::vector<Example>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].row, b[i].row) << i;
    ASSERT_EQ(a[i].label, b[i].label) << i;
    ASSERT_EQ(a[i].token_ids, b[i].token_ids) << i;
  }
}

TEST(ClassificationDataTest, NumberOfThreadsChangesNothing) {
  ScratchDirectory files;
  testing::WriteTinyModel(files.File("model"));
  testing::WriteTinyDataset(files.File("tiny.csv"));
  // Many blocks of texts for the threads to take.
  std::string lines = ReadBytes(files.File("tiny.csv"));
  std::string header = lines.substr(0, lines.find('\n') + 1);
  std::ofstream many(files.File("many.csv"));
  many << header;
  for (int i = 0; i < 20; ++i) many << lines.substr(header.size());
  many.close();
  auto tokenizer = Tokenizer::LoadFromModelDirectory(files.File("model"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  const std::shared_ptr<const Tokenizer> shared = *std::move(tokenizer);
  ClassificationRequest request;
  request.training.name = "datasets/many";
  request.training.path = files.File("many.csv");
  request.sample_column = "text";
  request.label_column = "label";
  auto never = [] { return false; };
  auto prepare = [&](int threads) {
    TextSamples texts(shared,
                      {.max_length = 8,
                       .threads = threads,
                       .vocabulary_size = shared->IdBound()},
                      never);
    DataNotes notes;
    auto data = PrepareClassification(request, texts, notes, never);
    EXPECT_TRUE(data.ok()) << data.status();
    return *data;
  };
  ClassificationData one = prepare(1);
  ASSERT_EQ(one.training.size() + one.validation.size(), 20u * 96u);
  for (int threads : {2, 3, 16}) {
    SCOPED_TRACE(threads);
    ClassificationData several = prepare(threads);
    ExpectSameExamples(several.training, one.training);
    ExpectSameExamples(several.validation, one.validation);
  }
}

// Samples that are known by their text. Those that say "bad" cannot be read.
class PlainSamples : public SampleKind {
 public:
  std::string_view noun() const override { return "text"; }
  absl::Status Identify(const TableFile&, std::vector<LabelledSample>& rows,
                        FindingLog& findings) override {
    std::erase_if(rows, [&findings](const LabelledSample& row) {
      if (row.sample != "bad") return false;
      findings.Add({.code = FindingCode::kBadImage, .row = row.row});
      return true;
    });
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<Example>> Encode(
      const std::vector<LabelledSample>& rows, std::span<const int32_t> labels,
      std::string_view, FindingLog&) override {
    std::vector<Example> examples;
    for (size_t i = 0; i < rows.size(); ++i) {
      examples.push_back(
          {.row = rows[i].row, .token_ids = {}, .label = labels[i]});
    }
    return examples;
  }
};

class PreparationTest : public ::testing::Test {
 protected:
  PreparationTest() {
    request_.sample_column = "text";
    request_.label_column = "label";
    request_.policy.max_dropped_fraction = 1;
  }

  TableFile File(const std::string& name, const std::string& content) {
    return {.name = "datasets/" + name,
            .path = files_.Write(name, content),
            .format = {}};
  }

  absl::Status Prepare() {
    PlainSamples samples;
    return Prepare(samples);
  }
  absl::Status Prepare(SampleKind& samples) {
    notes_ = {};
    auto data =
        PrepareClassification(request_, samples, notes_, [] { return false; });
    data_ = data.ok() ? *std::move(data) : ClassificationData();
    return data.status();
  }

  std::vector<DataFinding> With(FindingCode code) const {
    std::vector<DataFinding> found;
    for (const DataFinding& finding : notes_.findings) {
      if (finding.code == code) found.push_back(finding);
    }
    return found;
  }

  ScratchDirectory files_;
  ClassificationRequest request_;
  DataNotes notes_;
  ClassificationData data_;
};

// `rows` rows that all differ, of classes a and b in turn.
std::string Rows(int rows) {
  std::string content;
  for (int i = 0; i < rows; ++i) {
    absl::StrAppend(&content, "text ", i, ",", i % 2 == 0 ? "a" : "b", "\n");
  }
  return content;
}

TEST_F(PreparationTest, TotalsSayWhatBecameOfEveryRow) {
  request_.training = File(
      "train", "text,label\n" + Rows(20) + "no label,\nbad,b\ncaf\xe9,b\n");
  request_.test = File("test", "text,label\none,a\ntwo,b\nbad,a\n");
  ASSERT_TRUE(Prepare().ok());
  ASSERT_THAT(notes_.totals, SizeIs(2));
  const DataTotals& training = notes_.totals[0];
  EXPECT_EQ(training.dataset, "datasets/train");
  EXPECT_EQ(training.rows, 23);
  EXPECT_EQ(training.training, 18);
  EXPECT_EQ(training.validation, 2);
  EXPECT_EQ(training.test, 0);
  EXPECT_EQ(training.DroppedRows(), 3);
  ASSERT_THAT(training.classes, SizeIs(2));
  EXPECT_EQ(training.classes[1].label, "b");
  EXPECT_EQ(training.classes[1].used, 10);
  EXPECT_EQ(training.classes[1].dropped, 2);
  EXPECT_EQ(notes_.totals[1].test, 2);
  EXPECT_EQ(notes_.totals[1].dropped[0].cause, FindingCode::kBadImage);
  EXPECT_THAT(With(FindingCode::kRowTotals), SizeIs(2));
}

TEST_F(PreparationTest, TooManyRowsLeftOutEndItAndTotalsAreStillTold) {
  request_.training =
      File("train", "text,label\n" + Rows(97) + "bad,b\n,a\nca\xe9 lait,b\n");
  request_.policy.max_dropped_fraction = 0.03;
  EXPECT_TRUE(Prepare().ok());
  request_.policy.max_dropped_fraction = 0.02;
  absl::Status status = Prepare();
  EXPECT_EQ(ReasonOf(status), "TOO_MANY_ROWS_DROPPED");
  for (const char* part :
       {"datasets/train: 3 of 100 rows", "BAD_IMAGE", "MISSING_CELL",
        "INVALID_UTF8", "`encoding` to WINDOWS_1252"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(part));
  }
  ASSERT_THAT(notes_.totals, SizeIs(1));
  EXPECT_EQ(notes_.totals[0].rows, 100);
  EXPECT_EQ(notes_.totals[0].DroppedRows(), 3);
  EXPECT_THAT(With(FindingCode::kRowTotals), SizeIs(1));
  request_.policy = {};
  EXPECT_EQ(ReasonOf(Prepare()), "TOO_MANY_ROWS_DROPPED");
}

TEST_F(PreparationTest, LimitHoldsForEveryDataset) {
  request_.training = File("train", "text,label\n" + Rows(20));
  request_.validation = File("val", "text,label\none,a\n,b\n");
  request_.policy.max_dropped_fraction = 0;
  absl::Status status = Prepare();
  EXPECT_EQ(ReasonOf(status), "TOO_MANY_ROWS_DROPPED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("datasets/val"));
  EXPECT_THAT(notes_.totals, SizeIs(2));
}

TEST_F(PreparationTest, ColumnDividesTrainingData) {
  request_.training =
      File("train",
           "text,label,split\n1,a,train\n2,b,TRAINING\n3,a,val\n4,b,Dev\n5,a, "
           "test\n6,b,eval\n7,a,validation\n8,b,\n9,b,holdout\n");
  request_.split_column = "split";
  ASSERT_TRUE(Prepare().ok());
  EXPECT_THAT(data_.training, SizeIs(2));
  EXPECT_THAT(data_.validation, SizeIs(3));
  EXPECT_THAT(data_.test, SizeIs(2));
  ASSERT_THAT(With(FindingCode::kMissingCell), SizeIs(2));
  EXPECT_EQ(With(FindingCode::kMissingCell)[1].row, 9);
  EXPECT_THAT(With(FindingCode::kMissingCell)[1].message,
              HasSubstr("means no split (train, validation or test): "
                        "\"holdout\""));
  EXPECT_EQ(notes_.totals[0].validation, 3);
  EXPECT_EQ(notes_.totals[0].test, 2);
  EXPECT_EQ(notes_.totals[0].UnusableRows(), 2);
}

TEST_F(PreparationTest, RowsOfASplitThatADatasetStandsForAreLeftOut) {
  request_.training = File(
      "train", "text,label,split\n1,a,train\n2,b,train\n3,a,val\n4,b,test\n");
  request_.validation = File("val", "text,label\n5,a\n");
  request_.split_column = "split";
  // They are as good as the others.
  request_.policy.max_dropped_fraction = 0;
  ASSERT_TRUE(Prepare().ok());
  ASSERT_THAT(data_.validation, SizeIs(1));
  EXPECT_EQ(data_.validation[0].row, 1);
  EXPECT_THAT(data_.test, SizeIs(1));
  ASSERT_THAT(With(FindingCode::kOddLayout), SizeIs(1));
  EXPECT_EQ(With(FindingCode::kOddLayout)[0].count, 1);
  EXPECT_EQ(notes_.totals[0].dropped[0].cause, FindingCode::kOddLayout);
  EXPECT_EQ(notes_.totals[1].validation, 1);
}

TEST_F(PreparationTest, ColumnWithoutValidationRowsLeavesItToTheFraction) {
  std::string content = "text,label,split\n";
  for (int i = 0; i < 20; ++i) {
    absl::StrAppend(&content, i, ",", i % 2, ",train\n");
  }
  request_.training = File("train", content + "x,1,test\n");
  request_.split_column = "split";
  ASSERT_TRUE(Prepare().ok());
  EXPECT_THAT(data_.validation, SizeIs(2));
  EXPECT_THAT(data_.test, SizeIs(1));

  request_.training = File("none", "text,label,split\n1,a,val\n2,b,test\n");
  EXPECT_EQ(ReasonOf(Prepare()), "EMPTY_DATASET");
}

TEST_F(PreparationTest, SamplesThatAreTheSameStayOnOneSide) {
  std::string content = "text,label\n";
  for (int i = 0; i < 120; ++i) {
    absl::StrAppend(&content, "text ", i % 40, ",", i % 2, "\n");
  }
  request_.training = File("train", content);
  request_.validation_fraction = 0.2;
  ASSERT_TRUE(Prepare().ok());
  EXPECT_THAT(With(FindingCode::kSplitOverlap), SizeIs(0));
  EXPECT_THAT(data_.validation, SizeIs(24));
  request_.group_duplicates = false;
  ASSERT_TRUE(Prepare().ok());
  ASSERT_THAT(With(FindingCode::kSplitOverlap), SizeIs(1));
  EXPECT_GT(With(FindingCode::kSplitOverlap)[0].count, 10);
}

TEST_F(PreparationTest, LabelsAreNormalizedInAllSplits) {
  request_.training = File(
      "train", "text,label\n1,Ham\n2,ham\n3,ham \n4,spam\n5,Spam\n6,spam\n");
  request_.validation = File("val", "text,label\n7,HAM\n8,sPam\n");
  EXPECT_EQ(ReasonOf(Prepare()), "UNKNOWN_LABEL");
  EXPECT_THAT(With(FindingCode::kSimilarLabels), SizeIs(2));
  request_.policy.label_normalization = LabelNormalization::kTrim;
  EXPECT_EQ(ReasonOf(Prepare()), "UNKNOWN_LABEL");
  request_.policy.label_normalization = LabelNormalization::kFold;
  ASSERT_TRUE(Prepare().ok());
  EXPECT_THAT(data_.labels, ElementsAre("ham", "spam"));
  EXPECT_THAT(data_.training_counts, ElementsAre(3, 3));
  EXPECT_THAT(With(FindingCode::kSimilarLabels), SizeIs(0));
  request_.labels = {"SPAM", "Ham", "HAM"};
  ASSERT_TRUE(Prepare().ok());
  EXPECT_THAT(data_.labels, ElementsAre("SPAM", "Ham"));
}

TEST_F(PreparationTest, LabelOfWhichTrimmingLeavesNothingIsMissing) {
  request_.training = File("train", "text,label\n1,a\n2,b\n3,\xc2\xa0\n4, \n");
  ASSERT_TRUE(Prepare().ok());
  EXPECT_THAT(data_.labels, SizeIs(4));
  EXPECT_THAT(With(FindingCode::kMissingValueLabel), SizeIs(1));
  request_.policy.label_normalization = LabelNormalization::kTrim;
  ASSERT_TRUE(Prepare().ok());
  EXPECT_THAT(data_.labels, ElementsAre("a", "b"));
  EXPECT_EQ(notes_.totals[0].UnusableRows(), 2);
}

TEST_F(PreparationTest, TextsThatTheTokenizerCannotTellApartAreOne) {
  testing::WriteTinyModel(files_.File("model"));
  auto tokenizer = Tokenizer::LoadFromModelDirectory(files_.File("model"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  const std::shared_ptr<const Tokenizer> shared = *std::move(tokenizer);
  auto never = [] { return false; };
  // Cut after the first words, which do not tell them apart.
  const EncodingOptions options{
      .max_length = 4, .threads = 1, .vocabulary_size = shared->IdBound()};
  request_.training = File("train",
                           "text,label\nmy card refund,a\nMy  card "
                           "refund,a\nMY CARD REFUND,b\nmy card "
                           "bill,b\nmy card bank,a\n");
  request_.validation =
      File("val", "text,label\n my card bill,b\nmy card money,a\n");
  TextSamples texts(shared, options, never);
  ASSERT_TRUE(Prepare(texts).ok());
  ASSERT_THAT(With(FindingCode::kNearDuplicateText), SizeIs(1));
  EXPECT_EQ(With(FindingCode::kNearDuplicateText)[0].count, 2);
  EXPECT_THAT(With(FindingCode::kNearDuplicateText)[0].message,
              HasSubstr("rows 1 and 2"));
  ASSERT_THAT(With(FindingCode::kConflictingLabel), SizeIs(1));
  EXPECT_EQ(With(FindingCode::kConflictingLabel)[0].count, 1);
  ASSERT_THAT(With(FindingCode::kSplitOverlap), SizeIs(1));
  EXPECT_EQ(With(FindingCode::kSplitOverlap)[0].count, 1);
  EXPECT_THAT(data_.training[0].token_ids, SizeIs(4));
  EXPECT_EQ(data_.training[0].token_ids, data_.training[3].token_ids);
}

}  // namespace
}  // namespace tunesmith::worker
