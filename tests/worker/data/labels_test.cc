#include "worker/data/labels.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<LabelledSample> WithLabels(const std::vector<std::string>& labels) {
  std::vector<LabelledSample> texts;
  for (const std::string& label : labels) {
    texts.push_back({static_cast<int64_t>(texts.size()) + 1, "text", label});
  }
  return texts;
}

TEST(LabelsTest, LabelsAreSortedByByte) {
  auto labels =
      ResolveLabels({}, WithLabels({"b", "B", "\xc3\xa9", "10", "9"}));
  ASSERT_TRUE(labels.ok());
  EXPECT_THAT(*labels, ElementsAre("10", "9", "B", "b", "\xc3\xa9"));
}

TEST(LabelsTest, GivenLabelsKeepTheirOrder) {
  auto labels = ResolveLabels({"spam", "ham", "eggs"},
                              WithLabels({"ham", "spam", "ham"}));
  ASSERT_TRUE(labels.ok());
  EXPECT_THAT(*labels, ElementsAre("spam", "ham", "eggs"));
}

TEST(LabelsTest, OneClassOrTooManyAreRefused) {
  EXPECT_EQ(ReasonOf(ResolveLabels({}, WithLabels({"a", "a"})).status()),
            "BAD_CLASS_COUNT");
  EXPECT_EQ(
      ReasonOf(ResolveLabels({"a", "b"}, WithLabels({"a", "a"})).status()),
      "BAD_CLASS_COUNT");
  std::vector<std::string> many;
  for (size_t i = 0; i <= kMaxLabels; ++i) many.push_back(absl::StrCat(i));
  EXPECT_EQ(ReasonOf(ResolveLabels({}, WithLabels(many)).status()),
            "BAD_CLASS_COUNT");
  many.pop_back();
  EXPECT_TRUE(ResolveLabels({}, WithLabels(many)).ok());
}

TEST(LabelsTest, UnknownLabelNamesLabelRowAndDataset) {
  absl::Status status = IndexLabels({"ham", "spam"}, WithLabels({"ham", "spm"}),
                                    "datasets/validation")
                            .status();
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_LABEL");
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"spm\""));
  EXPECT_THAT(std::string(status.message()), HasSubstr("row 2"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("datasets/validation"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("did you mean \"spam\""));
}

TEST(LabelsTest, CountsRowsOfEveryClass) {
  std::vector<int32_t> labels = {0, 2, 2};
  EXPECT_THAT(CountLabels(labels, 4), ElementsAre(1, 0, 2, 0));
}

// n / (classes * count), checked against scikit-learn's compute_class_weight.
TEST(LabelsTest, BalancedWeightsAreThoseOfScikitLearn) {
  std::vector<int64_t> counts = {6, 3, 1};
  EXPECT_THAT(
      BalancedWeights(counts),
      ElementsAre(DoubleEq(10.0 / 18), DoubleEq(10.0 / 9), DoubleEq(10.0 / 3)));
  std::vector<int64_t> with_empty = {2, 0, 2};
  EXPECT_THAT(BalancedWeights(with_empty), ElementsAre(1.0, 1.0, 1.0));
}

}  // namespace
}  // namespace tunesmith::worker
