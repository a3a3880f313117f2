#include "worker/trainer/raw_samples.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/scratch_directory.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;

class RawSamplesTest : public ::testing::Test {
 protected:
  TableFile Csv(const std::string& content) {
    return {.name = "datasets/mail",
            .path = scratch_.Write("data.csv", content),
            .format = {.kind = TableKind::kCsv}};
  }
  ScratchDirectory scratch_;
};

TEST_F(RawSamplesTest, AreWhatTheRowsHold) {
  TableFile file =
      Csv("label,text\nx,first\nx,\" Second \"\n\nx,third\nx,\"\"\"4\"\"\"\n");
  auto samples = ReadRawSamples(file, "text", std::vector<int64_t>{2, 4});
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(*samples, ElementsAre(" Second ", "\"4\""));
}

// A row that nobody asks for may be bad.
TEST_F(RawSamplesTest, RowsInBetweenDoNotMatter) {
  TableFile file = Csv("label,text\nx,first\nx\nx,third\n");
  auto samples = ReadRawSamples(file, "text", std::vector<int64_t>{1, 3});
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(*samples, ElementsAre("first", "third"));
}

TEST_F(RawSamplesTest, WhatIsGoneIsAnError) {
  TableFile file = Csv("label,text\nx,first\n");
  for (auto [column, row] : {std::pair("text", 2), std::pair("words", 1)}) {
    EXPECT_EQ(
        ReadRawSamples(file, column, std::vector<int64_t>{row}).status().code(),
        absl::StatusCode::kInternal);
  }
}

}  // namespace
}  // namespace tunesmith::worker
