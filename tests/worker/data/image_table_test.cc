#include "worker/data/image_table.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/data/archive_file.h"
#include "tests/worker/scratch_directory.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ImageTableTest : public ::testing::Test {
 protected:
  std::string Write(const ArchiveContent& content) {
    std::ofstream(files_.File("a.tar"), std::ios::binary) << TarOf(content);
    return files_.File("a.tar");
  }

  // "1: cell | cell" of each row.
  std::vector<std::string> Rows(const ArchiveContent& content,
                                const std::string& manifest = "") {
    TableFormat format{.kind = TableKind::kImages};
    format.manifest = manifest;
    auto table = OpenTable(Write(content), format);
    EXPECT_TRUE(table.ok()) << table.status();
    if (table.ok()) columns_ = (*table)->columns();
    std::vector<std::string> rows;
    Row row;
    while (table.ok() && *(*table)->Next(row)) {
      std::string text = std::to_string(row.number) + ":";
      for (const Cell& cell : row.cells) text += " " + cell.text;
      rows.push_back(row.problem.has_value() ? row.problem->message : text);
    }
    return rows;
  }

  absl::Status OpenRaw(const std::string& tar) {
    std::ofstream(files_.File("raw.tar"), std::ios::binary)
        << tar << std::string(1024, '\0');
    return OpenTable(files_.File("raw.tar"), {.kind = TableKind::kImages})
        .status();
  }

  ScratchDirectory files_;
  std::vector<std::string> columns_;
};

TEST_F(ImageTableTest, FoldersAreLabels) {
  EXPECT_THAT(Rows({{"flowers/rose/2.JPG", ""},
                    {"flowers/daisy/1.png", ""},
                    {"top.webp", ""}}),
              ElementsAre("1: flowers/daisy/1.png daisy",
                          "2: flowers/rose/2.JPG rose", "3: top.webp "));
  EXPECT_THAT(columns_, ElementsAre("image", "label"));
}

TEST_F(ImageTableTest, FoldersOfSplitsHaveAColumn) {
  EXPECT_THAT(Rows({{"pets/train/cat/1.png", ""},
                    {"pets/train/dog/2.png", ""},
                    {"pets/Validation/cat/3.png", ""}}),
              ElementsAre("1: pets/Validation/cat/3.png cat Validation",
                          "2: pets/train/cat/1.png cat train",
                          "3: pets/train/dog/2.png dog train"));
  EXPECT_THAT(columns_, ElementsAre("image", "label", "split"));
  EXPECT_THAT(
      Rows({{"cat/train/1.png", ""},
            {"cat/test/2.png", ""},
            {"dog/train/3.png", ""}}),
      ElementsAre("1: cat/test/2.png cat test", "2: cat/train/1.png cat train",
                  "3: dog/train/3.png dog train"));
}

TEST_F(ImageTableTest, DeeperFoldersHaveAColumn) {
  EXPECT_THAT(
      Rows({{"pets/bees/anna/0.jpg", ""}, {"pets/ants/anna/0.jpg", ""}}),
      ElementsAre("1: pets/ants/anna/0.jpg ants anna",
                  "2: pets/bees/anna/0.jpg bees anna"));
  EXPECT_THAT(columns_, ElementsAre("image", "label", "folder"));
}

// As many as iNaturalist's.
TEST_F(ImageTableTest, TenThousandClassesAreNoTrouble) {
  ArchiveContent content;
  for (int i = 0; i < 10'000; ++i) {
    content.emplace_back(absl::StrCat("all/", i, "/1.jpg"), "");
  }
  const std::vector<std::string> rows = Rows(content);
  ASSERT_EQ(rows.size(), 10'000u);
  EXPECT_EQ(rows[1], "2: all/1/1.jpg 1");
}

TEST_F(ImageTableTest, LinksAreRefusedByName) {
  absl::Status status = OpenRaw(TarMember("ants/1.jpg", "x") +
                                TarMember(".cache", "", '2', "", "/tmp") +
                                TarMember("bees", "", '2', "", "/data/bees"));
  EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE");
  EXPECT_THAT(status.message(),
              HasSubstr("not followed: 1, the first is bees, a symbolic link "
                        "to /data/bees (pack the files themselves"));
  // Nobody misses hidden ones.
  EXPECT_TRUE(OpenRaw(TarMember("ants/1.jpg", "x") +
                      TarMember("ants/.latest", "", '2', "", "1.jpg"))
                  .ok());
}

TEST_F(ImageTableTest, AnArchiveWithoutAPictureIsRefused) {
  EXPECT_THAT(OpenRaw(TarMember("ants/", "", '5') + TarMember("bees/", "", '5'))
                  .message(),
              HasSubstr("folders alone and no file: 2, the first is ants/"));
  EXPECT_THAT(
      OpenRaw(TarMember("a.txt", "x") + TarMember(".b.jpg", "x")).message(),
      HasSubstr("no picture; its files are: 2, the first is .b.jpg, "
                "hidden ones among them: 1"));
}

TEST_F(ImageTableTest, OtherFilesAreNoRows) {
  EXPECT_THAT(Rows({{"a/1.jpg", ""},
                    {"a/.DS_Store", ""},
                    {"a/._1.jpg", ""},
                    {"__MACOSX/a/1.jpg", ""},
                    {"README.txt", ""}}),
              ElementsAre("1: a/1.jpg a"));
  auto archive = OpenArchive(files_.File("a.tar"));
  ASSERT_TRUE(archive.ok());
  EXPECT_THAT(IgnoredFiles(**archive, ""), ElementsAre("README.txt"));
  EXPECT_THAT(IgnoredFiles(**archive, "README.txt"), ElementsAre());
}

TEST_F(ImageTableTest, APathThatIsNotUtf8IsARowWithAProblem) {
  EXPECT_THAT(Rows({{"a/\xff.jpg", ""}}), ElementsAre(HasSubstr("not UTF-8")));
}

TEST_F(ImageTableTest, AManifestsRowsCount) {
  EXPECT_THAT(Rows({{"x/1.jpg", ""},
                    {"x/list.csv", "file,species\n1.jpg,ant\n2.jpg,bee\n"}},
                   "x/list.csv"),
              ElementsAre("1: 1.jpg ant", "2: 2.jpg bee"));
  EXPECT_THAT(
      Rows({{"l.jsonl", "{\"file\":\"1.jpg\",\"n\":7}\n"}, {"1.jpg", ""}},
           "./l.jsonl"),
      ElementsAre("1: 1.jpg 7"));
}

TEST_F(ImageTableTest, AManifestThatIsNotThereIsNamed) {
  TableFormat format{.kind = TableKind::kImages};
  format.manifest = "labels.csv";
  absl::Status status = OpenTable(Write({{"a/1.jpg", ""}}), format).status();
  EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE");
  EXPECT_THAT(status.message(), HasSubstr("labels.csv"));
}

TEST_F(ImageTableTest, ManifestIsReadInItsEncoding) {
  TableFormat format{.kind = TableKind::kImages};
  format.manifest = "labels.csv";
  format.encoding = TextEncoding::kWindows1252;
  auto table = OpenTable(
      Write({{"1.jpg", ""}, {"labels.csv", "file,label\n1.jpg,caf\xe9\n"}}),
      format);
  ASSERT_TRUE(table.ok()) << table.status();
  Row row;
  ASSERT_TRUE(*(*table)->Next(row));
  ASSERT_FALSE(row.problem.has_value());
  EXPECT_EQ(row.cells[1].text, "caf\u00e9");
}

}  // namespace
}  // namespace tunesmith::worker
