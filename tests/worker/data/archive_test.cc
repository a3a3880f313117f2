#include "worker/data/archive.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/data/archive_file.h"
#include "tests/worker/images/allocation_limit.h"
#include "tests/worker/scratch_directory.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ArchiveTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Archive>> Open(const std::string& bytes) {
    std::ofstream(files_.File("archive"), std::ios::binary) << bytes;
    return OpenArchive(files_.File("archive"));
  }

  // "path=content" of each file.
  std::vector<std::string> All(const std::string& bytes) {
    auto archive = Open(bytes);
    EXPECT_TRUE(archive.ok()) << archive.status();
    std::vector<std::string> all;
    if (!archive.ok()) return all;
    for (size_t i = 0; i < (*archive)->files().size(); ++i) {
      auto content = (*archive)->Read(i, 1 << 20);
      all.push_back((*archive)->files()[i].path + "=" +
                    (content.ok() ? *content : content.status().ToString()));
    }
    return all;
  }

  ScratchDirectory files_;
};

const ArchiveContent kFiles = {{"b/two.png", std::string(2000, 'x')},
                               {"a/one.jpg", "one"},
                               {"./c.txt", ""}};

TEST_F(ArchiveTest, FilesComeByPathWhateverTheFormat) {
  for (const std::string& bytes : {TarOf(kFiles), ZipOf(kFiles)}) {
    EXPECT_THAT(All(bytes),
                ElementsAre("a/one.jpg=one",
                            "b/two.png=" + std::string(2000, 'x'), "c.txt="));
  }
}

TEST_F(ArchiveTest, FoldersAndLinksAreNoFiles) {
  EXPECT_THAT(All(TarMember("a/", "", '5') + TarMember("link", "", '2') +
                  TarMember("a/x", "1")),
              ElementsAre("a/x=1"));
  EXPECT_THAT(All(ZipOf({{"a/", ""}, {"a/x", "1"}})), ElementsAre("a/x=1"));
}

TEST_F(ArchiveTest, LongPathsComeFromExtendedHeaders) {
  const std::string path = "a/" + std::string(300, 'p') + ".jpg";
  const std::string record = " path=" + path + "\n";
  EXPECT_THAT(
      All(TarMember("x", std::to_string(record.size() + 3) + record, 'x') +
          TarMember("short", "1") + TarMember("next", "2")),
      ElementsAre(path + "=1", "next=2"));
  EXPECT_THAT(All(TarMember("././@LongLink", path + std::string(1, '\0'), 'L') +
                  TarMember("short", "1")),
              ElementsAre(path + "=1"));
}

TEST_F(ArchiveTest, TheLastOfSeveralWithOnePathCounts) {
  EXPECT_THAT(All(TarOf({{"a", "old"}, {"a", "new"}})), ElementsAre("a=new"));
}

TEST_F(ArchiveTest, LongFilesAreNotRead) {
  for (const std::string& bytes : {TarOf(kFiles), ZipOf(kFiles)}) {
    auto archive = Open(bytes);
    ASSERT_TRUE(archive.ok());
    EXPECT_EQ((*archive)->Read(1, 1999).status().code(),
              absl::StatusCode::kResourceExhausted);
    EXPECT_TRUE((*archive)->Read(1, 2000).ok());
  }
}

TEST_F(ArchiveTest, SaysWhyAFileIsNoArchive) {
  EXPECT_THAT(Open("\x1f\x8b....").status().message(), HasSubstr("gunzip"));
  for (const char* bytes : {"", "plain text", "PK\x03\x04 and nothing"}) {
    EXPECT_EQ(ReasonOf(Open(bytes).status()), "MALFORMED_FILE") << bytes;
  }
}

// Four gigabytes that deflate made small, as an archive says and as it does not
// say.
TEST_F(ArchiveTest, BombsAreNotUnpacked) {
  for (uint32_t declared : {0xfffffffeu, 2000u}) {
    const std::string zip = ZipBomb("bomb.png", declared);
    ASSERT_LT(zip.size(), 8u << 20);
    auto archive = Open(zip);
    ASSERT_TRUE(archive.ok()) << archive.status();
    AllocationLimit limit(4 << 20);
    absl::Status status = (*archive)->Read(0, 256 << 20).status();
    EXPECT_EQ(status.code(), declared == 2000u
                                 ? absl::StatusCode::kDataLoss
                                 : absl::StatusCode::kResourceExhausted)
        << status;
    EXPECT_EQ(limit.refused(), 0);
  }
}

TEST_F(ArchiveTest, SizesThatATarCannotHaveAreRefused) {
  using namespace std::string_literals;
  for (const std::string& size :
       {"77777777777\0"s, "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff"s,
        "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s,
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s, "-1         \0"s,
        "           \0"s}) {
    AllocationLimit limit(1 << 20);
    auto archive =
        Open(TarMember("a.png", "1", '0', size) + TarMember("b", ""));
    EXPECT_EQ(ReasonOf(archive.status()), "MALFORMED_FILE");
    EXPECT_EQ(limit.refused(), 0);
  }
  for (const char* size : {"18446744073709551615", "9223372036854775807", "-1",
                           "99999999999999999999999"}) {
    const std::string record = absl::StrCat(" size=", size, "\n");
    auto archive =
        Open(TarMember("x", absl::StrCat(record.size() + 2, record), 'x') +
             TarMember("a.png", "1"));
    EXPECT_EQ(ReasonOf(archive.status()), "MALFORMED_FILE") << size;
  }
}

// Whatever is cut off or turned over: an error or fewer files, never more than
// there is.
TEST_F(ArchiveTest, DamagedArchivesDoNoHarm) {
  for (const std::string& whole : {TarOf(kFiles), ZipOf(kFiles)}) {
    for (size_t i = 0; i < whole.size(); i += 7) {
      std::string flipped = whole;
      flipped[i] ^= static_cast<char>(1 << (i % 8));
      for (const std::string& bytes : {whole.substr(0, i), flipped}) {
        auto archive = Open(bytes);
        if (!archive.ok()) continue;
        for (size_t k = 0; k < (*archive)->files().size(); ++k) {
          auto content = (*archive)->Read(k, 1 << 20);
          if (!content.ok()) continue;
          EXPECT_EQ(content->size(),
                    static_cast<size_t>((*archive)->files()[k].size_bytes));
        }
      }
    }
  }
}

}  // namespace
}  // namespace tunesmith::worker
