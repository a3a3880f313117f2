#include "worker/data/byte_source.h"

#include <functional>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/data/packed_bytes.h"
#include "tests/worker/data/table_file.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

absl::StatusOr<std::string> ReadAll(const std::string& content,
                                    size_t capacity = 1000) {
  TableTestFile file(content);
  auto source = OpenBytes(file.path());
  if (!source.ok()) return source.status();
  std::string text;
  std::string buffer(capacity, '\0');
  while (true) {
    absl::StatusOr<size_t> size = (*source)->Read(buffer.data(), capacity);
    if (!size.ok()) return size.status();
    if (*size == 0) return text;
    text.append(buffer, 0, *size);
  }
}

// Lines that hardly repeat.
std::string Table() {
  std::mt19937 random(1);
  std::string table = "text,label\n";
  for (int i = 0; i < 20000; ++i) {
    absl::StrAppend(&table, random(), " words,", i % 2, "\n");
  }
  return table;
}

class PackedTest
    : public ::testing::TestWithParam<std::function<std::string(std::string)>> {
};

TEST_P(PackedTest, WhatIsPackedComesBack) {
  const std::string table = Table();
  for (size_t capacity : {size_t{1}, size_t{1000}, size_t{1} << 20}) {
    absl::StatusOr<std::string> text = ReadAll(GetParam()(table), capacity);
    ASSERT_TRUE(text.ok()) << text.status();
    EXPECT_EQ(*text, table);
  }
}

TEST_P(PackedTest, PartsAreReadOneAfterAnotherAndFillerIsNot) {
  auto pack = GetParam();
  absl::StatusOr<std::string> text = ReadAll(
      pack("a,b\n") + pack("") + pack("c,d\n") + std::string(512, '\0'));
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "a,b\nc,d\n");
}

TEST_P(PackedTest, CutAndChangedFilesAreCalledDamaged) {
  const std::string packed = GetParam()(Table());
  for (size_t size : {packed.size() / 2, packed.size() - 1}) {
    absl::Status status = ReadAll(packed.substr(0, size)).status();
    EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE");
    EXPECT_THAT(std::string(status.message()), HasSubstr("ends early"));
  }
  std::string changed = packed;
  changed[packed.size() / 2] ^= 0x55;
  changed[packed.size() / 2 + 1] ^= 0x55;
  absl::StatusOr<std::string> text = ReadAll(changed);
  if (text.ok()) {
    // Without a sum, other digits are as good.
    EXPECT_EQ(text->size(), Table().size());
  } else {
    EXPECT_THAT(std::string(text.status().message()), HasSubstr("damaged"));
  }
}

TEST_P(PackedTest, WhatGrowsAsNoTableDoesIsRefused) {
  absl::Status status =
      ReadAll(GetParam()(std::string(100 << 20, 'x')), 1 << 20).status();
  EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE");
  EXPECT_THAT(std::string(status.message()), HasSubstr("200 times its size"));
}

TEST_P(PackedTest, TablesAreReadThroughIt) {
  WholeTable csv = ReadWholeText(GetParam()("t,l\na,b\n"), Csv());
  ASSERT_THAT(csv.rows, SizeIs(1));
  EXPECT_THAT(csv.Texts(0), ElementsAre("a", "b"));
  WholeTable jsonl = ReadWholeText(GetParam()("{\"t\":1}\n"), Jsonl());
  EXPECT_THAT(jsonl.Texts(0), ElementsAre("1"));
  EXPECT_THAT(
      std::string(ReadError(GetParam()(GzipOf("t,l\n")), Csv()).message()),
      HasSubstr("gzip twice"));
  EXPECT_THAT(std::string(ReadError(GetParam()("PK\x03\x04"), Csv()).message()),
              HasSubstr("spreadsheet"));
}

INSTANTIATE_TEST_SUITE_P(All, PackedTest, ::testing::Values(GzipOf, ZstdOf),
                         [](const auto& info) {
                           return info.index == 0 ? "Gzip" : "Zstd";
                         });

TEST(ByteSourceTest, OtherFilesAreReadAsTheyAre) {
  for (const char* content : {"", "a", "\x1f", "\x28\xb5\x2f"}) {
    EXPECT_EQ(ReadAll(content).value(), content);
  }
}

}  // namespace
}  // namespace tunesmith::worker
