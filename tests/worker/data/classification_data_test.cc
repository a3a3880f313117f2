#include "worker/data/classification_data.h"

#include <fstream>

#include "gtest/gtest.h"
#include "tests/end_to_end/tiny_model.h"
#include "tests/worker/scratch_directory.h"
#include "worker/data/text_samples.h"

namespace tunesmith::worker {
namespace {

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
  ClassificationRequest request;
  request.training.name = "datasets/many";
  request.training.path = files.File("many.csv");
  request.sample_column = "text";
  request.label_column = "label";
  auto never = [] { return false; };
  auto prepare = [&](int threads) {
    TextSamples texts(**tokenizer,
                      {.max_length = 8,
                       .threads = threads,
                       .vocabulary_size = (*tokenizer)->IdBound()},
                      never);
    std::vector<DataFinding> findings;
    auto data = PrepareClassification(request, texts, findings, never);
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

}  // namespace
}  // namespace tunesmith::worker
