#include "worker/data/image_inspection.h"

#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/data/archive_file.h"
#include "tests/worker/images/allocation_limit.h"
#include "tests/worker/images/damaged_pictures.h"
#include "tests/worker/images/image_cases.h"
#include "tests/worker/scratch_directory.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::string FileOf(const char* name) { return ImageCaseOf(name).file; }

// 40 x 40 black pixels in a 32-bit bitmap; half of them are opaque.
std::string IconWithShapeInAlpha() {
  auto little = [](uint32_t value) {
    std::string text;
    for (; text.size() < 4; value >>= 8) text += static_cast<char>(value);
    return text;
  };
  std::string bmp = "BM" + little(70 + 6400) + little(0) + little(70) +
                    little(56) + little(40) + little(40) +
                    little(32 << 16 | 1) + little(3) + std::string(20, '\0') +
                    little(0xff0000) + little(0xff00) + little(0xff) +
                    little(0xff000000);
  for (int i = 0; i < 1600; ++i) bmp += little(i % 2 == 0 ? 0xff000000 : 0);
  return bmp;
}

class ImageInspectionTest : public ::testing::Test {
 protected:
  // Code and row of each finding but TINY_IMAGE, which all samples are.
  std::vector<std::pair<FindingCode, int64_t>> Findings(
      const ArchiveContent& content, const std::string& manifest = "",
      size_t threads = 2) {
    std::ofstream(files_.File("a.zip"), std::ios::binary) << ZipOf(content);
    FindingLog log;
    absl::Status status =
        InspectImages(files_.File("a.zip"), {.path = manifest}, threads, log,
                      [] { return false; });
    EXPECT_TRUE(status.ok()) << status;
    std::vector<std::pair<FindingCode, int64_t>> found;
    messages_.clear();
    for (const DataFinding& finding : log.Take()) {
      if (finding.code == FindingCode::kTinyImage) {
        ++tiny_;
        continue;
      }
      found.emplace_back(finding.code, finding.row.value_or(0));
      messages_ += finding.message + "\n";
    }
    return found;
  }

  ScratchDirectory files_;
  std::string messages_;
  int tiny_ = 0;
};

TEST_F(ImageInspectionTest, AnOddEndingAmongManyIsTold) {
  ArchiveContent content;
  for (int i = 0; i < 10; ++i) {
    // Different bytes, for copies are told too.
    content.emplace_back("a/" + std::to_string(i) + ".JPG",
                         FileOf("jpeg_orientation_6") + std::string(i, ' '));
  }
  content.emplace_back("a/odd.jpeg", FileOf("jpeg_orientation_6") + "odd");
  Findings(content);
  EXPECT_THAT(messages_, HasSubstr("a/odd.jpeg: the name ends in .jpeg, those "
                                   "of 10 others in .jpg"));
  // Two kinds that are both frequent are a matter of taste.
  content.pop_back();
  content.pop_back();
  content.emplace_back("a/odd.jpeg", FileOf("jpeg_orientation_6") + "odd");
  Findings(content);
  EXPECT_THAT(messages_, Not(HasSubstr("the name ends")));
}

TEST_F(ImageInspectionTest, SoundPicturesAreOnlyTiny) {
  EXPECT_THAT(Findings({{"a/1.jpg", FileOf("jpeg_orientation_6")},
                        {"b/2.png", FileOf("png_grey")}}),
              IsEmpty());
  EXPECT_EQ(tiny_, 2);
}

TEST_F(ImageInspectionTest, WhatCannotBeReadIsNamed) {
  EXPECT_THAT(Findings({{"a/1.jpg", FileOf("jpeg").substr(0, 500)},
                        {"a/2.heic", FileOf("heif")},
                        {"a/3.jpg", FileOf("jpeg_orientation_6")},
                        {"a/4.jpg", ""}}),
              ElementsAre(Pair(FindingCode::kBadImage, 1),
                          Pair(FindingCode::kBadImage, 2),
                          Pair(FindingCode::kBadImage, 4)));
  EXPECT_EQ(messages_,
            "a/1.jpg: the JPEG is cut off\n"
            "a/2.heic: HEIF (.heic) is not supported: convert it, for example "
            "with heif-convert or the camera's setting \"most compatible\", to "
            "JPEG\n"
            "a/4.jpg: the file is empty\n");
}

TEST_F(ImageInspectionTest, ATypeThatTheNameDoesNotSayIsNoted) {
  EXPECT_THAT(Findings({{"a/1.jpg", FileOf("png_grey")}}),
              ElementsAre(Pair(FindingCode::kWrongImageType, 1)));
}

TEST_F(ImageInspectionTest, CopiesInOtherFoldersHaveTwoLabels) {
  EXPECT_THAT(Findings({{"a/1.jpg", FileOf("jpeg")},
                        {"a/2.jpg", FileOf("jpeg")},
                        {"b/3.jpg", FileOf("jpeg")}}),
              UnorderedElementsAre(Pair(FindingCode::kDuplicateRow, 2),
                                   Pair(FindingCode::kDuplicateRow, 3),
                                   Pair(FindingCode::kConflictingLabel, 3)));
}

TEST_F(ImageInspectionTest, PicturesThatLookTheSameAreFound) {
  EXPECT_THAT(Findings({{"a/1.jpg", FileOf("jpeg")},
                        {"b/2.png", FileOf("png")},
                        {"b/3.jpg", FileOf("jpeg_orientation_8")}}),
              ElementsAre(Pair(FindingCode::kNearDuplicateImage, 2)));
}

TEST_F(ImageInspectionTest, PicturesThatShowNothingAreNamed) {
  std::string plain = "P6 40 40 255\n" + std::string(4800, 'x');
  std::string dim = "P5 40 40 65535\n";
  std::string deep = dim;
  for (int i = 0; i < 1600; ++i) {
    dim += {static_cast<char>(i % 16), static_cast<char>(i)};
    deep += {static_cast<char>(i / 7), static_cast<char>(i)};
  }
  EXPECT_THAT(Findings({{"a/1.ppm", plain},
                        {"a/2.pgm", dim},
                        {"a/3.pgm", deep},
                        {"b/4.bmp", IconWithShapeInAlpha()},
                        {"b/5.png", FileOf("png_alpha")}}),
              ElementsAre(Pair(FindingCode::kUniformImage, 1),
                          Pair(FindingCode::kUniformImage, 2),
                          Pair(FindingCode::kUniformImage, 3),
                          Pair(FindingCode::kUniformImage, 4)));
  EXPECT_THAT(messages_, HasSubstr("a/1.ppm: nearly all of it is of one colo"));
  EXPECT_THAT(messages_, HasSubstr("have 16 bits and use 12 of them"));
  EXPECT_THAT(messages_, HasSubstr("a/3.pgm: it is grey with 16 bits"));
  EXPECT_THAT(messages_, HasSubstr("its shape is in the alpha channel alone"));
}

TEST_F(ImageInspectionTest, HalfAJpegIsIncomplete) {
  const std::string jpeg = FileOf("jpeg");
  EXPECT_THAT(
      Findings({{"a/1.jpg", jpeg.substr(0, jpeg.size() - 60) + "\xff\xd9"},
                {"a/2.jpg", FileOf("jpeg_orientation_6")}}),
      ElementsAre(Pair(FindingCode::kIncompleteImage, 1)));
}

TEST_F(ImageInspectionTest, CopiesInTheSameClassOfTwoSplitsAgree) {
  EXPECT_THAT(Findings({{"train/a/1.jpg", FileOf("jpeg")},
                        {"train/b/2.jpg", FileOf("jpeg_orientation_6")},
                        {"val/a/3.jpg", FileOf("jpeg")}}),
              UnorderedElementsAre(Pair(FindingCode::kOddLayout, 0),
                                   Pair(FindingCode::kDuplicateRow, 3)));
}

TEST_F(ImageInspectionTest, DisguisedAndHiddenPicturesAreCounted) {
  EXPECT_THAT(Findings({{"a/1.jpg", FileOf("jpeg")},
                        {"a/noending", FileOf("png")},
                        {"a/notes", "text"},
                        {"a/.2.jpg", FileOf("png")},
                        {"a/._1.jpg", "of a desktop"}}),
              ElementsAre(Pair(FindingCode::kIgnoredFile, 0),
                          Pair(FindingCode::kIgnoredFile, 0)));
  EXPECT_EQ(messages_,
            "files that are not pictures: 2, the first is a/noending; by their "
            "bytes, some are pictures whose name has no ending of one: 1, the "
            "first is a/noending\n"
            "hidden pictures, which are left out: 1, the first is a/.2.jpg\n");
}

TEST_F(ImageInspectionTest, LayoutAndManifestAreLookedAt) {
  Findings({{"a/1.jpg", FileOf("jpeg")},
            {"a/2.jpg", FileOf("jpeg_orientation_6")},
            {"b/", ""}});
  EXPECT_THAT(messages_, HasSubstr("without a picture, which are no classes"));
  Findings({{"1.jpg", FileOf("jpeg")}, {"l.csv", "image,label\n2.jpg,a\n"}},
           "l.csv");
  EXPECT_THAT(messages_, HasSubstr("rows whose picture is not in the archive"));
}

TEST_F(ImageInspectionTest, OtherFilesAreCountedAndTheManifestIsNone) {
  const ArchiveContent content = {{"1.jpg", FileOf("jpeg")},
                                  {"rows.csv", "image,label\n1.jpg,a\n"},
                                  {"README.md", "hello"}};
  EXPECT_THAT(Findings(content, "rows.csv"),
              ElementsAre(Pair(FindingCode::kIgnoredFile, 0)));
  EXPECT_EQ(messages_,
            "files that are not pictures: 1, the first is README.md\n");
}

TEST_F(ImageInspectionTest, ThreadsChangeNothing) {
  ArchiveContent content;
  for (const ImageCase& one : AllImageCases()) {
    content.emplace_back(one.name + ".jpg", one.file);
  }
  auto one = Findings(content, "", 1);
  EXPECT_FALSE(one.empty());
  EXPECT_EQ(Findings(content, "", 5), one);
}

TEST_F(ImageInspectionTest, NoDamageEndsIt) {
  ArchiveContent content;
  for (const auto& [name, bytes] : DamagedPictures()) {
    content.emplace_back("a/" + name, bytes);
  }
  std::set<std::string> named;
  Findings(content);
  const std::vector<std::string> lines = absl::StrSplit(messages_, '\n');
  for (const std::string& line : lines) {
    named.insert(line.substr(0, line.find(": ")));
  }
  for (const auto& [path, bytes] : content) {
    EXPECT_TRUE(named.contains(path)) << path;
  }
}

// A finding would blame the picture.
TEST_F(ImageInspectionTest, MemoryThatCannotBeHadIsAnError) {
  std::ofstream(files_.File("a.tar"), std::ios::binary)
      << TarOf({{"a.jpg", FileOf("jpeg")}, {"b.jpg", FileOf("png")}});
  FindingLog log;
  AllocationLimit limit(21 * 14 * 3 - 3);
  absl::Status status =
      InspectImages(files_.File("a.tar"), {}, 2, log, [] { return false; });
  EXPECT_EQ(ReasonOf(status), "OUT_OF_MEMORY") << status;
  EXPECT_GT(limit.refused(), 0);
}

TEST_F(ImageInspectionTest, StopsWhenTold) {
  std::ofstream(files_.File("a.tar"), std::ios::binary)
      << TarOf({{"a.jpg", FileOf("jpeg")}});
  FindingLog log;
  EXPECT_TRUE(absl::IsCancelled(
      InspectImages(files_.File("a.tar"), {}, 1, log, [] { return true; })));
}

}  // namespace
}  // namespace tunesmith::worker
