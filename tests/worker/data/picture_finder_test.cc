#include "worker/data/picture_finder.h"

#include <fstream>
#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/data/archive_file.h"
#include "tests/worker/scratch_directory.h"

namespace tunesmith::worker {
namespace {

using Way = PictureFinder::Way;

class PictureFinderTest : public ::testing::Test {
 protected:
  void Pack(const std::vector<std::string>& paths,
            const std::string& manifest) {
    ArchiveContent content;
    for (const std::string& path : paths) content.emplace_back(path, "");
    std::ofstream(files_.File("a.tar"), std::ios::binary) << TarOf(content);
    auto archive = OpenArchive(files_.File("a.tar"));
    ASSERT_TRUE(archive.ok()) << archive.status();
    finder_.reset();
    archive_ = *std::move(archive);
    finder_ = std::make_unique<PictureFinder>(*archive_, manifest);
  }

  void ExpectFound(const std::string& path, const std::string& file, Way way) {
    auto found = finder_->Find(path);
    ASSERT_TRUE(found.has_value()) << path;
    EXPECT_EQ(archive_->files()[found->file].path, file) << path;
    EXPECT_EQ(found->way, way) << path << ": " << Describe(found->way);
  }
  void ExpectMissing(const std::string& path) {
    EXPECT_FALSE(finder_->Find(path).has_value()) << path;
  }

  ScratchDirectory files_;
  std::unique_ptr<Archive> archive_;
  std::unique_ptr<PictureFinder> finder_;
};

TEST_F(PictureFinderTest, PathsAreUnderstoodWhereOneFileCanBeMeant) {
  Pack({"t/img/a1.jpg", "t/img/b2.png", "t/list.csv"}, "t/list.csv");
  ExpectFound("img/a1.jpg", "t/img/a1.jpg", Way::kExact);
  for (const char* path : {"./img/a1.jpg", "img\\a1.jpg", " img/a1.jpg ",
                           "img/../img//a1.jpg", ".\\img\\a1.jpg"}) {
    ExpectFound(path, "t/img/a1.jpg", Way::kCleaned);
  }
  ExpectFound("t/img/a1.jpg", "t/img/a1.jpg", Way::kFromTop);
  ExpectFound("IMG/A1.JPG", "t/img/a1.jpg", Way::kOtherCase);
  ExpectFound("img/b2", "t/img/b2.png", Way::kWithoutEnding);
  for (const char* path :
       {"/home/me/data/t/img/a1.jpg", "/x/img/a1.jpg",
        "C:\\Users\\me\\t\\img\\a1.jpg", "file:///x/t/img/a1.jpg"}) {
    ExpectFound(path, "t/img/a1.jpg", Way::kAbsolute);
  }
  ExpectFound("b2", "t/img/b2.png", Way::kName);
  ExpectFound("b2.png", "t/img/b2.png", Way::kName);
}

TEST_F(PictureFinderTest, WhatMayMeanSeveralIsMissing) {
  Pack({"a/1.jpg", "b/1.jpg", "b/2.jpg", "b/2.png", "c/X.jpg", "c/x.jpg",
        "l.csv"},
       "l.csv");
  ExpectMissing("1");
  ExpectMissing("1.jpg");
  ExpectMissing("b/2");
  ExpectMissing("c/X.JPG");
  ExpectFound("c/x.jpg", "c/x.jpg", Way::kExact);
  // Another folder's picture is another picture.
  ExpectMissing("a/2.jpg");
  ExpectMissing("z/2.png");
  ExpectMissing("");
  ExpectMissing("/");
  ExpectMissing("b");
  ExpectMissing("l");
  ExpectMissing("../../..");
}

TEST_F(PictureFinderTest, FoldersTakePathsAsTheyStand) {
  Pack({"a/1.jpg"}, "");
  ExpectFound("a/1.jpg", "a/1.jpg", Way::kExact);
  ExpectMissing("A/1.jpg");
}

TEST_F(PictureFinderTest, TheNearestIsNamedAsAManifestWould) {
  Pack({"t/img/ants7.jpg", "t/img/bees.png", "t/other/wasp.jpg", "t/l.csv"},
       "t/l.csv");
  EXPECT_EQ(finder_->Nearest("img/ants77.jpg"), "img/ants7.jpg");
  EXPECT_EQ(finder_->Nearest("img/wasp.jpg"), "other/wasp.jpg");
  EXPECT_EQ(finder_->Nearest("img/bees.jpg"), "img/bees.png");
  EXPECT_EQ(finder_->Nearest("something/else.jpg"), "");
  EXPECT_EQ(finder_->Nearest(""), "");
}

}  // namespace
}  // namespace tunesmith::worker
