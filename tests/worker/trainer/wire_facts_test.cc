#include "worker/trainer/wire_facts.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;

TEST(WireFactsTest, DataSummaryHasEveryTotal) {
  v1::DataSummary wire = ToWire(
      DataTotals{.dataset = "datasets/x",
                 .rows = 10,
                 .training = 5,
                 .validation = 2,
                 .test = 1,
                 .dropped = {{.cause = FindingCode::kBadImage, .count = 2}},
                 .classes = {{.label = "a", .used = 8, .dropped = 1}}});
  EXPECT_EQ(wire.dataset(), "datasets/x");
  EXPECT_EQ(wire.row_count(), 10);
  EXPECT_EQ(wire.training_rows(), 5);
  EXPECT_EQ(wire.validation_rows(), 2);
  EXPECT_EQ(wire.test_rows(), 1);
  ASSERT_EQ(wire.dropped_size(), 1);
  EXPECT_EQ(wire.dropped(0).cause(), v1::Finding::BAD_IMAGE);
  EXPECT_EQ(wire.dropped(0).count(), 2);
  ASSERT_EQ(wire.classes_size(), 1);
  EXPECT_EQ(wire.classes(0).label(), "a");
  EXPECT_EQ(wire.classes(0).used(), 8);
  EXPECT_EQ(wire.classes(0).dropped(), 1);
}

TEST(WireFactsTest, OfManyClassesThoseThatLoseMostAreListedInTheirOrder) {
  DataTotals totals;
  for (int i = 0; i < 1500; ++i) {
    // The last ones lose most.
    totals.classes.push_back(
        {.label = absl::StrCat(i), .used = 1500 - i, .dropped = i});
  }
  v1::DataSummary wire = ToWire(totals);
  ASSERT_EQ(wire.classes_size(), 1000);
  EXPECT_EQ(wire.classes(0).label(), "500");
  EXPECT_EQ(wire.classes(999).label(), "1499");
}

TEST(WireFactsTest, DatasetCountsRowsThatCannotBeUsed) {
  v1::Dataset wire =
      ToWire(TableFacts{.row_count = 5, .unusable_row_count = 2});
  EXPECT_EQ(wire.row_count(), 5);
  EXPECT_EQ(wire.unusable_row_count(), 2);
}

}  // namespace
}  // namespace tunesmith::worker
