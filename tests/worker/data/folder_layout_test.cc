#include "worker/data/folder_layout.h"

#include <fstream>
#include <memory>

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

class FolderLayoutTest : public ::testing::Test {
 protected:
  // Of a zip with empty files; a path that ends with "/" is a folder.
  void Lay(const std::vector<std::string>& paths) {
    ArchiveContent content;
    for (const std::string& path : paths) content.emplace_back(path, "");
    std::ofstream(files_.File("a.zip"), std::ios::binary) << ZipOf(content);
    auto archive = OpenArchive(files_.File("a.zip"));
    ASSERT_TRUE(archive.ok()) << archive.status();
    layout_.reset();
    archive_ = *std::move(archive);
    layout_ = std::make_unique<FolderLayout>(*archive_);
  }

  std::string LabelOf(const std::string& path) {
    return std::string(layout_->PlaceOf(path).label);
  }

  // The one finding.
  DataFinding Only() {
    const std::vector<DataFinding> findings = layout_->Findings();
    EXPECT_THAT(findings, SizeIs(1));
    if (findings.empty()) return {};
    EXPECT_EQ(findings[0].code, FindingCode::kOddLayout);
    return findings[0];
  }

  ScratchDirectory files_;
  std::unique_ptr<Archive> archive_;
  std::unique_ptr<FolderLayout> layout_;
};

TEST_F(FolderLayoutTest, PlainClassesNeedNoWord) {
  for (const char* root : {"", "pets/", "a/b/pets/"}) {
    Lay({absl::StrCat(root, "cat/1.jpg"), absl::StrCat(root, "dog/1.jpg")});
    EXPECT_EQ(LabelOf(absl::StrCat(root, "cat/1.jpg")), "cat");
    EXPECT_FALSE(layout_->has_splits());
    EXPECT_FALSE(layout_->is_deep());
    EXPECT_THAT(layout_->Findings(), IsEmpty());
  }
}

TEST_F(FolderLayoutTest, ASingleClassIsNamedByItsFolder) {
  Lay({"pets/cat/1.jpg", "pets/cat/2.jpg"});
  EXPECT_EQ(LabelOf("pets/cat/1.jpg"), "cat");
  Lay({"cat/1.jpg", "cat/more/2.jpg"});
  EXPECT_EQ(LabelOf("cat/1.jpg"), "cat");
  EXPECT_EQ(LabelOf("cat/more/2.jpg"), "cat");
}

TEST_F(FolderLayoutTest, TheFirstFolderIsTheClassWhereSomeOccurInSeveral) {
  Lay({"pets/ants/anna/0.jpg", "pets/ants/ben/0.jpg", "pets/bees/anna/0.jpg",
       "pets/bees/ben/0.jpg"});
  EXPECT_EQ(LabelOf("pets/bees/anna/0.jpg"), "bees");
  EXPECT_EQ(layout_->PlaceOf("pets/bees/anna/0.jpg").innermost, "anna");
  const DataFinding finding = Only();
  EXPECT_EQ(finding.severity, FindingSeverity::kNote);
  EXPECT_EQ(finding.message,
            "pictures lie 1 folder below that of their class; label is the "
            "first folder below pets/, as torchvision's ImageFolder takes it, "
            "and the column folder names the innermost ones: anna, ben, of "
            "which some occur in several classes");
}

// Families of animals with their kinds: perhaps the kinds are meant.
TEST_F(FolderLayoutTest, FoldersThatOccurOnceMayBeFinerClasses) {
  Lay({"dogs/beagle/1.jpg", "dogs/boxer/1.jpg", "cats/persian/1.jpg"});
  const DataFinding finding = Only();
  EXPECT_EQ(finding.severity, FindingSeverity::kWarning);
  EXPECT_THAT(finding.suggestion, HasSubstr("set label_column to folder"));
}

TEST_F(FolderLayoutTest, DifferentDepthsAreTold) {
  Lay({"cats/1.jpg", "dogs/boxer/1.jpg", "dogs/a/b/1.jpg"});
  EXPECT_EQ(LabelOf("dogs/a/b/1.jpg"), "dogs");
  const DataFinding finding = Only();
  EXPECT_EQ(finding.severity, FindingSeverity::kWarning);
  EXPECT_THAT(finding.message,
              HasSubstr("in several depths, up to 2 folders below"));
}

TEST_F(FolderLayoutTest, SplitsAroundClasses) {
  Lay({"x/train/cat/1.jpg", "x/train/dog/1.jpg", "x/val/cat/2.jpg"});
  EXPECT_TRUE(layout_->has_splits());
  EXPECT_EQ(LabelOf("x/val/cat/2.jpg"), "cat");
  EXPECT_EQ(layout_->PlaceOf("x/val/cat/2.jpg").split, "val");
  EXPECT_EQ(Only().message,
            "folders are splits: train (2 pictures), val (1 pictures); the "
            "column split names a picture's, and label the class folder inside "
            "it");
  EXPECT_THAT(Only().suggestion, HasSubstr("data.split_column"));
}

TEST_F(FolderLayoutTest, SplitsInsideClasses) {
  Lay({"cat/TRAIN/1.jpg", "cat/test/2.jpg", "dog/TRAIN/a/3.jpg"});
  EXPECT_TRUE(layout_->has_splits());
  EXPECT_EQ(LabelOf("dog/TRAIN/a/3.jpg"), "dog");
  EXPECT_EQ(layout_->PlaceOf("dog/TRAIN/a/3.jpg").split, "TRAIN");
  EXPECT_TRUE(layout_->is_deep());
}

TEST_F(FolderLayoutTest, OneSplitAloneIsNone) {
  Lay({"train/cat/1.jpg", "train/dog/1.jpg"});
  EXPECT_FALSE(layout_->has_splits());
  EXPECT_EQ(LabelOf("train/dog/1.jpg"), "dog");
  EXPECT_THAT(layout_->Findings(), IsEmpty());
  // Without training there is nothing to learn from.
  Lay({"val/cat/1.jpg", "test/cat/1.jpg"});
  EXPECT_FALSE(layout_->has_splits());
  // Nor is there anything to measure on beside training alone.
  Lay({"train/cat/1.jpg", "training/cat/1.jpg"});
  EXPECT_FALSE(layout_->has_splits());
}

TEST_F(FolderLayoutTest, ClassesThatAreCalledLikeSplitsAreDoubtful) {
  Lay({"train/1.jpg", "test/1.jpg", "bus/1.jpg"});
  EXPECT_FALSE(layout_->has_splits());
  EXPECT_EQ(LabelOf("train/1.jpg"), "train");
  EXPECT_THAT(Only().message, HasSubstr("the others are: bus"));
}

TEST_F(FolderLayoutTest, PicturesWithoutAClassAreCounted) {
  Lay({"1.jpg", "2.jpg"});
  EXPECT_EQ(LabelOf("1.jpg"), "");
  EXPECT_EQ(Only().count, 2);
  EXPECT_THAT(Only().message,
              HasSubstr("have no label: 2, the first is 1.jpg"));
  Lay({"train/cat/1.jpg", "train/dog/1.jpg", "test/9.jpg"});
  EXPECT_EQ(LabelOf("test/9.jpg"), "");
  EXPECT_EQ(layout_->PlaceOf("test/9.jpg").split, "test");
  EXPECT_THAT(layout_->Findings()[1].message, HasSubstr("test/9.jpg"));
  // One that strayed does not make a class of what holds the classes.
  Lay({"top.jpg", "pets/cat/1.jpg", "pets/dog/1.jpg"});
  EXPECT_EQ(LabelOf("pets/dog/1.jpg"), "dog");
  EXPECT_THAT(Only().message, HasSubstr("top.jpg"));
}

TEST_F(FolderLayoutTest, ClassFoldersWithoutPicturesAreNamed) {
  Lay({"t/", "t/ants/1.jpg", "t/bees/1.jpg", "t/wasps/", "t/moths/x.txt",
       "t/moths/sub/", "t/.git/", "notes/x.txt"});
  EXPECT_EQ(Only().count, 2);
  EXPECT_EQ(Only().message,
            "folders below t/ without a picture, which are no classes: "
            "moths/, wasps/");
}

}  // namespace
}  // namespace tunesmith::worker
