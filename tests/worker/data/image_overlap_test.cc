#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/data/archive_file.h"
#include "tests/worker/scratch_directory.h"
#include "worker/data/image_samples.h"
#include "worker/images/encode_png.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Blocks of grey whose places follow from `pattern`; `glow` is added to all.
std::string Picture(int pattern, int glow) {
  Image image{.width = 90, .height = 80};
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int block = (x / 10) * 7 + (y / 10) * 13;
      const auto value =
          static_cast<uint8_t>((block * (pattern * 2 + 1)) % 200 + glow);
      image.rgb.insert(image.rgb.end(), 3, value);
    }
  }
  return *EncodePng(image);
}

class ImageOverlapTest : public ::testing::Test {
 protected:
  // Identifies the pictures of an archive in the order of their paths.
  std::vector<LabelledSample> Identify(const std::string& name,
                                       const ArchiveContent& files) {
    directory_.Write(name, TarOf(files));
    std::vector<LabelledSample> rows;
    for (const auto& [path, bytes] : files) {
      rows.push_back({static_cast<int64_t>(rows.size()) + 1, path, "label"});
    }
    FindingLog log;
    absl::Status status = samples_.Identify(
        {"datasets/" + name, directory_.File(name), {TableKind::kImages}}, rows,
        log);
    EXPECT_TRUE(status.ok()) << status;
    return rows;
  }

  ScratchDirectory directory_;
  ImageSamples samples_{2, RowAction::kDropRow, [] { return false; }};
};

TEST_F(ImageOverlapTest, OverlapOfSplitsIsToldForCopiesAndForLookAlikes) {
  auto training =
      Identify("a.tar", {{"1.png", Picture(1, 0)}, {"2.png", Picture(2, 0)}});
  auto other = Identify("b.tar", {{"1.png", Picture(5, 0)},
                                  // The same bytes, the same look.
                                  {"2.png", Picture(2, 0)},
                                  {"3.png", Picture(1, 9)}});
  FindingLog log;
  samples_.FindOverlap(training, other, "validation", log);
  std::vector<DataFinding> findings = log.Take();
  ASSERT_THAT(findings, SizeIs(2));
  for (const DataFinding& finding : findings) {
    EXPECT_EQ(finding.code, FindingCode::kSplitOverlap);
    EXPECT_EQ(finding.count, 1);
  }
  EXPECT_THAT(findings[0].message, HasSubstr("row 2"));
  EXPECT_THAT(findings[1].message, HasSubstr("look the same"));
  EXPECT_THAT(findings[1].message, HasSubstr("row 3"));
}

TEST_F(ImageOverlapTest, ExamplesPointToTheirPictures) {
  auto rows =
      Identify("a.tar", {{"1.png", Picture(1, 0)}, {"2.png", Picture(2, 0)}});
  const std::vector<int32_t> labels = {1, 0};
  FindingLog log;
  auto examples = samples_.Encode(rows, labels, "training", log);
  ASSERT_TRUE(examples.ok()) << examples.status();
  std::vector<std::string> paths;
  for (const Example& example : *examples) {
    paths.push_back(
        example.picture.archive->files()[example.picture.file].path);
  }
  EXPECT_THAT(paths, ElementsAre("1.png", "2.png"));
  EXPECT_EQ((*examples)[0].label, 1);
}

}  // namespace
}  // namespace tunesmith::worker
