#include "client/cpp/byte_source.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::client {
namespace {

namespace fs = std::filesystem;

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
