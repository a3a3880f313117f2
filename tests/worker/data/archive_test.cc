#include "worker/data/archive.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/data/archive_file.h"
#include "tests/worker/data/packed_bytes.h"
#include "tests/worker/images/allocation_limit.h"
#include "tests/worker/scratch_directory.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

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

TEST_F(ArchiveTest, TarsThatArePackedAsAWholeAreUnpacked) {
  for (const std::string& bytes :
       {GzipOf(TarOf(kFiles)), ZstdOf(TarOf(kFiles))}) {
    EXPECT_THAT(All(bytes),
                ElementsAre("a/one.jpg=one",
                            "b/two.png=" + std::string(2000, 'x'), "c.txt="));
    EXPECT_THAT(Open(bytes.substr(0, bytes.size() / 2)).status().message(),
                HasSubstr("damaged"));
  }
  // A bomb ends before it fills the disk.
  const std::string bomb = ZstdOf(TarOf({{"a", std::string(100 << 20, 'x')}}));
  EXPECT_THAT(Open(bomb).status().message(), HasSubstr("times its size"));
}

TEST_F(ArchiveTest, FoldersAndLinksAreNoFiles) {
  EXPECT_THAT(All(TarMember("a/", "", '5') + TarMember("link", "", '2') +
                  TarMember("a/x", "1")),
              ElementsAre("a/x=1"));
  EXPECT_THAT(All(ZipOf({{"a/", ""}, {"a/x", "1"}})), ElementsAre("a/x=1"));
}

TEST_F(ArchiveTest, FoldersThatAreNamedAreListed) {
  for (const std::string& bytes :
       {TarMember("./", "", '5') + TarMember("b", "", '5') +
            TarMember("a/x/", "", '5') + TarMember("a/x/1", "1"),
        ZipOf({{"b/", ""}, {"a/x/", ""}, {"a/x/1", "1"}})}) {
    auto archive = Open(bytes);
    ASSERT_TRUE(archive.ok()) << archive.status();
    EXPECT_THAT((*archive)->folders(), ElementsAre("a/x/", "b/"));
    EXPECT_THAT((*archive)->oddities(), IsEmpty());
  }
}

TEST_F(ArchiveTest, HardLinksAreTheirFilesOnceMore) {
  const std::string path = "c/" + std::string(200, 'p');
  auto archive = Open(TarMember("./all/1.jpg", "one") +
                      TarMember("a/1.jpg", "", '1', "", "./all/1.jpg") +
                      TarMember("b/2.jpg", "", '1', "", "all/none.jpg") +
                      TarMember("././@LongLink", "all/1.jpg", 'K') +
                      TarMember("././@LongLink", path, 'L') +
                      TarMember("short", "", '1', "", "cut"));
  ASSERT_TRUE(archive.ok()) << archive.status();
  ASSERT_THAT((*archive)->files(), SizeIs(3));
  EXPECT_EQ((*archive)->files()[0].path, "a/1.jpg");
  EXPECT_EQ(*(*archive)->Read(0, 10), "one");
  EXPECT_EQ((*archive)->files()[2].path, path);
  EXPECT_EQ(*(*archive)->Read(2, 10), "one");
  ASSERT_THAT((*archive)->oddities(), SizeIs(1));
  EXPECT_EQ((*archive)->oddities()[0].what,
            "a hard link to all/none.jpg, which is not in the archive");
}

TEST_F(ArchiveTest, SymbolicLinksAndDevicesAreToldAndNotFollowed) {
  const std::string record = " linkpath=/far/away\n";
  auto tar = Open(TarMember("b", "", '3') +
                  TarMember("x", absl::StrCat(record.size() + 2, record), 'x') +
                  TarMember("a", "", '2', "", "short") + TarMember("c", "1"));
  ASSERT_TRUE(tar.ok()) << tar.status();
  ASSERT_THAT((*tar)->oddities(), SizeIs(2));
  EXPECT_EQ((*tar)->oddities()[0].what, "a symbolic link to /far/away");
  EXPECT_EQ((*tar)->oddities()[1].what, "a device");
  EXPECT_THAT((*tar)->files(), SizeIs(1));
  auto zip = Open(RawZipOf({{"a", "../x"}}, {.mode = 0120777}));
  ASSERT_TRUE(zip.ok()) << zip.status();
  ASSERT_THAT((*zip)->oddities(), SizeIs(1));
  EXPECT_EQ((*zip)->oddities()[0].what, "a symbolic link");
}

TEST_F(ArchiveTest, PathsAreCleaned) {
  EXPECT_THAT(All(TarOf({{"/root/./a//1", "1"}, {"../up/x/../2", "2"}})),
              ElementsAre("root/a/1=1", "up/2=2"));
}

// As programs of DOS and early Windows write them.
TEST_F(ArchiveTest, OldNamesInZipsAreRead) {
  auto zip = Open(RawZipOf({{"\x8amile/1.jpg", "1"}, {"B\xc3\xa4r/2", "2"}}));
  ASSERT_TRUE(zip.ok()) << zip.status();
  EXPECT_EQ((*zip)->files()[0].path, "B\xc3\xa4r/2");
  EXPECT_EQ((*zip)->files()[1].path, "\xc3\xa8mile/1.jpg");
  ASSERT_THAT((*zip)->notes(), SizeIs(1));
  EXPECT_THAT((*zip)->notes()[0], HasSubstr("code page 437: 1, the first"));

  zip = Open(RawZipOf({{"ants\\1.jpg", "1"}, {"bees\\", ""}}));
  ASSERT_TRUE(zip.ok()) << zip.status();
  ASSERT_THAT((*zip)->files(), SizeIs(1));
  EXPECT_EQ((*zip)->files()[0].path, "ants/1.jpg");
  EXPECT_THAT((*zip)->folders(), ElementsAre("bees/"));
  EXPECT_THAT((*zip)->notes()[0], HasSubstr("backslashes"));
  // A backslash may be a part of a name.
  EXPECT_THAT(All(RawZipOf({{"a/x\\y", "1"}})), ElementsAre("a/x\\y=1"));
}

TEST_F(ArchiveTest, ZipsThatCannotBeReadSayWhy) {
  EXPECT_THAT(Open(RawZipOf({{"a/", ""}, {"a/1", "x"}}, {.flags = 1}))
                  .status()
                  .message(),
              HasSubstr("every file of the zip is encrypted: 1"));
  auto zip = Open(RawZipOf({{"a/1", "x"}}, {.method = 9}));
  ASSERT_TRUE(zip.ok()) << zip.status();
  EXPECT_THAT((*zip)->Read(0, 10).status().message(),
              HasSubstr("with method 9, which cannot be read"));
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
  EXPECT_THAT(Open("BZh9....").status().message(), HasSubstr("bunzip2"));
  EXPECT_THAT(Open(GzipOf("a text")).status().message(),
              HasSubstr("what is in it is no tar archive"));
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
