#include "worker/data/manifest_inspection.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/data/archive_file.h"
#include "tests/worker/scratch_directory.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ManifestInspectionTest : public ::testing::Test {
 protected:
  // What is told of an archive with t/img/a1.jpg to a4.jpg and this manifest.
  std::vector<DataFinding> Findings(const std::string& manifest,
                                    const std::string& path = "t/l.csv") {
    std::ofstream(files_.File("a.tar"), std::ios::binary)
        << TarOf({{"t/img/a1.jpg", "1"},
                  {"t/img/a2.jpg", "2"},
                  {"t/img/a3.jpg", "3"},
                  {"t/img/a4.jpg", "4"},
                  {path, manifest}});
    auto archive = OpenArchive(files_.File("a.tar"));
    EXPECT_TRUE(archive.ok()) << archive.status();
    FindingLog log;
    absl::Status status =
        InspectManifest(**archive, files_.File("a.tar"), {.path = path}, log,
                        [] { return false; });
    EXPECT_TRUE(status.ok()) << status;
    return log.Take();
  }

  ScratchDirectory files_;
};

constexpr char kAllRows[] =
    "img/a1.jpg,x\nimg/a2.jpg,y\nimg/a3.jpg,x\nimg/a4.jpg,y\n";

TEST_F(ManifestInspectionTest, AManifestThatFitsNeedsNoWord) {
  EXPECT_THAT(Findings(absl::StrCat("image,label\n", kAllRows)), IsEmpty());
}

TEST_F(ManifestInspectionTest, MissingPicturesAreCountedWithTheNearestName) {
  const auto findings = Findings(
      absl::StrCat("image,label\n", kAllRows, "img/a22.jpg,x\nnone.jpg,x\n"));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, FindingCode::kBadImage);
  EXPECT_EQ(findings[0].count, 2);
  EXPECT_EQ(findings[0].message,
            "rows whose picture is not in the archive: 2 of 6, the first is "
            "row 5: img/a22.jpg (did you mean img/a2.jpg?)");
}

TEST_F(ManifestInspectionTest, PicturesThatNoRowNamesAreCounted) {
  const auto findings = Findings("image,label\nimg/a2.jpg,x\nimg/a3.jpg,y\n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, FindingCode::kIgnoredFile);
  EXPECT_EQ(findings[0].count, 2);
  EXPECT_EQ(findings[0].message,
            "pictures that no row of t/l.csv names: 2, the first is "
            "t/img/a1.jpg");
}

TEST_F(ManifestInspectionTest, RowsThatRepeatAPictureAreCounted) {
  const auto findings = Findings(absl::StrCat(
      "image,label\n", kAllRows, "img/a2.jpg,x\n./img/a2.jpg,x\n"));
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[1].code, FindingCode::kDuplicateRow);
  EXPECT_EQ(findings[1].count, 2);
  EXPECT_THAT(findings[1].message, HasSubstr("row 5: img/a2.jpg, as row 2"));
}

TEST_F(ManifestInspectionTest, HowLoosePathsWereUnderstoodIsSaid) {
  const auto findings = Findings(
      "image,label\nimg\\a1.jpg,x\nimg/A2.JPG,y\na3,x\n/home/me/t/img/a4.jpg,"
      "y\n");
  ASSERT_THAT(findings, SizeIs(4));
  for (const DataFinding& finding : findings) {
    EXPECT_EQ(finding.code, FindingCode::kOddLayout);
    EXPECT_EQ(finding.count, 1);
  }
  EXPECT_EQ(findings[1].message,
            "rows of which the picture was found only without regard to letter "
            "case: 1, the first is row 2: img/A2.JPG is t/img/a2.jpg");
  EXPECT_THAT(findings[2].message, HasSubstr("by the end of an absolute path"));
  EXPECT_THAT(findings[3].message, HasSubstr("by its name alone"));
}

TEST_F(ManifestInspectionTest, TheColumnOfAnotherNameIsProposed) {
  const auto findings = Findings(absl::StrCat("file_name,label\n", kAllRows));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].suggestion, "set image_column to file_name");
  const auto none = Findings("id,label\n7,x\n8,y\n");
  ASSERT_THAT(none, SizeIs(1));
  EXPECT_THAT(none[0].message,
              HasSubstr("no column of t/l.csv names pictures"));
}

TEST_F(ManifestInspectionTest, AMissingHeaderIsNoticed) {
  const auto findings = Findings(kAllRows);
  ASSERT_THAT(findings, SizeIs(3));
  EXPECT_EQ(findings[0].code, FindingCode::kOddFile);
  EXPECT_THAT(findings[0].message, HasSubstr("names a picture: img/a1.jpg"));
}

TEST_F(ManifestInspectionTest, OneHotLabelsAreNamed) {
  const auto findings = Findings(
      "image,ants,bees\nimg/a1.jpg,1,0\nimg/a2.jpg,0,1\nimg/a3.jpg,1,0\n"
      "img/a4.jpg,0,1\n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, FindingCode::kOddFile);
  EXPECT_THAT(findings[0].message, HasSubstr("one-hot: ants, bees"));
  // Two answers of which both may be yes.
  EXPECT_THAT(Findings("image,wet,cold\nimg/a1.jpg,1,1\nimg/a2.jpg,0,1\n"
                       "img/a3.jpg,1,0\nimg/a4.jpg,0,1\n"),
              IsEmpty());
}

TEST_F(ManifestInspectionTest, StopsWhenTold) {
  Findings("image,label\nimg/a1.jpg,x\n");
  auto archive = OpenArchive(files_.File("a.tar"));
  FindingLog log;
  EXPECT_TRUE(absl::IsCancelled(InspectManifest(**archive, files_.File("a.tar"),
                                                {.path = "t/l.csv"}, log,
                                                [] { return true; })));
}

}  // namespace
}  // namespace tunesmith::worker
