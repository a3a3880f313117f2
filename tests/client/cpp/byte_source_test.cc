#include "client/cpp/byte_source.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::client {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ByteSourceTest : public ::testing::Test {
 protected:
  ByteSourceTest() {
    std::string name = (fs::temp_directory_path() / "sourceXXXXXX").string();
    root_ = mkdtemp(name.data());
  }
  ~ByteSourceTest() override { fs::remove_all(root_); }

  void Write(const std::string& path, const std::string& bytes) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary) << bytes;
  }

  // All bytes, read in parts of `part`.
  std::string ReadAll(const std::string& path, size_t part) {
    auto source = OpenByteSource((root_ / path).string());
    EXPECT_TRUE(source.ok()) << source.status();
    if (!source.ok()) return "";
    std::string all;
    std::string chunk(part, '\0');
    while (true) {
      auto count = (*source)->Read(chunk.data(), part);
      EXPECT_TRUE(count.ok()) << count.status();
      if (!count.ok() || *count == 0) break;
      all.append(chunk, 0, *count);
    }
    EXPECT_EQ(static_cast<int64_t>(all.size()), (*source)->size_bytes());
    return all;
  }

  fs::path root_;
};

TEST_F(ByteSourceTest, AFileIsItsBytes) {
  Write("a.csv", "text,label\n");
  EXPECT_EQ(ReadAll("a.csv", 3), "text,label\n");
  EXPECT_EQ((*OpenByteSource((root_ / "a.csv").string()))->file_name(),
            "a.csv");
}

TEST_F(ByteSourceTest, ADirectoryIsAnArchiveThatTarUnpacks) {
  const std::string longest =
      "deep/" + std::string(120, 'd') + "/" + std::string(90, 'f') + ".jpg";
  Write("pictures/ants/1.jpg", std::string(1000, 'a'));
  Write("pictures/bees/2.jpg", "");
  Write("pictures/" + longest, std::string(512, 'x'));
  Write("pictures/.git/config", "hidden");
  Write("pictures/ants/.DS_Store", "hidden");
  const std::string bytes = ReadAll("pictures", 100);
  EXPECT_EQ(bytes, ReadAll("pictures", 1 << 20));
  Write("it.tar", bytes);
  fs::create_directory(root_ / "out");
  const std::string command = "tar -xf '" + (root_ / "it.tar").string() +
                              "' -C '" + (root_ / "out").string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(fs::file_size(root_ / "out/ants/1.jpg"), 1000u);
  EXPECT_EQ(fs::file_size(root_ / "out/bees/2.jpg"), 0u);
  EXPECT_EQ(fs::file_size(root_ / "out" / longest), 512u);
  EXPECT_FALSE(fs::exists(root_ / "out/.git"));
  EXPECT_FALSE(fs::exists(root_ / "out/ants/.DS_Store"));
}

TEST_F(ByteSourceTest, TimesMeanNothing) {
  Write("pictures/1.jpg", "one");
  const std::string before = ReadAll("pictures", 4096);
  fs::last_write_time(root_ / "pictures/1.jpg",
                      fs::file_time_type::clock::now() + std::chrono::hours(9));
  EXPECT_EQ(ReadAll("pictures", 4096), before);
}

TEST_F(ByteSourceTest, AFileThatBecameShorterIsNoticed) {
  Write("pictures/1.jpg", std::string(5000, 'x'));
  auto source = OpenByteSource((root_ / "pictures").string());
  ASSERT_TRUE(source.ok());
  Write("pictures/1.jpg", "x");
  std::string chunk(1 << 20, '\0');
  EXPECT_TRUE(
      absl::IsDataLoss((*source)->Read(chunk.data(), chunk.size()).status()));
}

TEST_F(ByteSourceTest, LinksAreFollowed) {
  Write("elsewhere/a/1.jpg", "one");
  Write("elsewhere/2.jpg", "two");
  fs::create_directory(root_ / "pictures");
  fs::create_directory_symlink(root_ / "elsewhere/a", root_ / "pictures/ants");
  fs::create_directory(root_ / "pictures/bees");
  fs::create_symlink(root_ / "elsewhere/2.jpg", root_ / "pictures/bees/b.jpg");
  Write("copy/ants/1.jpg", "one");
  Write("copy/bees/b.jpg", "two");
  EXPECT_EQ(ReadAll("pictures", 512), ReadAll("copy", 512));
}

TEST_F(ByteSourceTest, LinksThatLeadNowhereOrInACircleAreNamed) {
  Write("pictures/ants/1.jpg", "one");
  fs::create_symlink(root_ / "gone.jpg", root_ / "pictures/ants/2.jpg");
  auto error = [this] {
    return std::string(
        OpenByteSource((root_ / "pictures").string()).status().message());
  };
  EXPECT_THAT(error(), HasSubstr("link leads nowhere: "));
  EXPECT_THAT(error(), HasSubstr("ants/2.jpg"));
  fs::remove(root_ / "pictures/ants/2.jpg");
  fs::create_directory_symlink(root_ / "pictures", root_ / "pictures/ants/up");
  EXPECT_THAT(error(), HasSubstr("link leads back to a directory"));
  fs::remove(root_ / "pictures/ants/up");
  ASSERT_EQ(mkfifo((root_ / "pictures/ants/pipe").c_str(), 0600), 0);
  EXPECT_THAT(error(), HasSubstr("neither a regular file nor a directory"));
}

TEST_F(ByteSourceTest, DirectoriesWithoutAFileAreRemarkedOn) {
  Write("pictures/ants/1.jpg", "one");
  EXPECT_TRUE(
      (*OpenByteSource((root_ / "pictures").string()))->remarks().empty());
  fs::create_directories(root_ / "pictures/bees/young");
  Write("pictures/cats/.DS_Store", "hidden");
  EXPECT_THAT((*OpenByteSource((root_ / "pictures").string()))->remarks(),
              ElementsAre("directory holds no file and is left out: bees",
                          "directory holds no file and is left out: bees/young",
                          "directory holds no file and is left out: cats"));
}

TEST_F(ByteSourceTest, NothingAtAllIsAnError) {
  EXPECT_TRUE(
      absl::IsNotFound(OpenByteSource((root_ / "gone").string()).status()));
  Write("empty.csv", "");
  EXPECT_THAT(OpenByteSource((root_ / "empty.csv").string()).status().message(),
              HasSubstr("empty"));
  fs::create_directory(root_ / "nothing");
  EXPECT_THAT(OpenByteSource((root_ / "nothing").string()).status().message(),
              HasSubstr("holds no file"));
}

}  // namespace
}  // namespace tunesmith::client
