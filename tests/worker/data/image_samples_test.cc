#include "worker/data/image_samples.h"

#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/data/archive_file.h"
#include "tests/worker/images/allocation_limit.h"
#include "tests/worker/images/image_cases.h"
#include "tests/worker/scratch_directory.h"
#include "worker/images/encode_png.h"

namespace tunesmith::worker {
namespace {

class ImageSamplesTest : public ::testing::Test {
 protected:
  ImageSamplesTest() {
    file_.name = "datasets/pictures";
    file_.path = scratch_.Write(
        "a.tar", TarOf({{"a/1.jpg", ImageCaseOf("jpeg").file},
                        {"a/2.jpg", ImageCaseOf("jpeg").file.substr(0, 500)},
                        {"b/3.png", ImageCaseOf("png_grey").file}}));
    for (const char* path : {"a/1.jpg", "a/2.jpg", "b/3.png", "b/none.png"}) {
      rows_.push_back({.row = static_cast<int64_t>(rows_.size()) + 1,
                       .sample = path,
                       .label = "a"});
    }
  }

  absl::Status Identify(RowAction unreadable) {
    ImageSamples samples(2, unreadable, [] { return false; });
    return samples.Identify(file_, rows_, log_);
  }

  ScratchDirectory scratch_;
  TableFile file_;
  std::vector<LabelledSample> rows_;
  FindingLog log_;
};

TEST_F(ImageSamplesTest, PicturesThatCannotBeReadAreLeftOut) {
  absl::Status status = Identify(RowAction::kDropRow);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(rows_.size(), 2u);
  EXPECT_EQ(rows_[0].row, 1);
  EXPECT_EQ(rows_[1].row, 3);
  const std::vector<DataFinding> findings = log_.Take();
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].message, "a/2.jpg: the JPEG is cut off");
  EXPECT_EQ(findings[1].message, "b/none.png: the archive does not hold it");
}

TEST_F(ImageSamplesTest, OrEndTheJobWhereThatIsWanted) {
  EXPECT_EQ(ReasonOf(Identify(RowAction::kFail)), "BAD_ROW");
}

// The rows that are trained on are the same on a machine with little memory.
TEST_F(ImageSamplesTest, MemoryThatCannotBeHadLeavesNothingOut) {
  Image black{.width = 100, .height = 100};
  black.rgb.resize(100 * 100 * 3);
  scratch_.Write("a.tar", TarOf({{"a/1.jpg", EncodePng(black).value()}}));
  AllocationLimit limit(20'000);
  absl::Status status = Identify(RowAction::kDropRow);
  EXPECT_EQ(ReasonOf(status), "OUT_OF_MEMORY") << status;
  EXPECT_GT(limit.refused(), 0);
  EXPECT_TRUE(log_.Take().empty());
}

}  // namespace
}  // namespace tunesmith::worker
