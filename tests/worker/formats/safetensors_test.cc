#include <cstring>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/scratch_directory.h"
#include "worker/formats/safetensors_file.h"
#include "worker/formats/safetensors_writer.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;

std::string LittleEndian(uint64_t value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string FileOf(const std::string& header, size_t data_bytes) {
  return LittleEndian(header.size()) + header + std::string(data_bytes, '\1');
}

std::string Entry(const std::string& name, const std::string& dtype,
                  const std::string& shape, const std::string& offsets) {
  return absl::StrCat("\"", name, "\":{\"dtype\":\"", dtype, "\",\"shape\":[",
                      shape, "],\"data_offsets\":[", offsets, "]}");
}

struct BadFile {
  std::string name;
  std::string bytes;
  // Part of the message.
  std::string problem;
};

void PrintTo(const BadFile& file, std::ostream* out) { *out << file.name; }

class CorruptFileTest : public testing::TestWithParam<BadFile> {};

TEST_P(CorruptFileTest, IsRefusedByNameAndProblem) {
  ScratchDirectory directory;
  std::string path = directory.Write("m.safetensors", GetParam().bytes);
  absl::Status status = SafetensorsFile::Open(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "CORRUPT_WEIGHTS");
  EXPECT_THAT(std::string(status.message()), HasSubstr("m.safetensors: "));
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().problem));
}

std::vector<BadFile> BadFiles() {
  auto one = [](const std::string& dtype, const std::string& shape,
                const std::string& offsets, size_t data) {
    return FileOf("{" + Entry("w", dtype, shape, offsets) + "}", data);
  };
  return {
      {"Empty", "", "truncated"},
      {"ShorterThanALength", "1234567", "truncated"},
      {"HeaderCutShort", LittleEndian(100) + "{\"w\"", "truncated"},
      {"HeaderBeyondLimit", LittleEndian(100'000'001) + "{}", "limit"},
      {"HeaderOfAllBits", LittleEndian(~uint64_t{0}) + "{}", "limit"},
      {"DataCutShort", one("F32", "2", "0,8", 7), "outside"},
      {"BytesLeftOver", one("F32", "2", "0,8", 9), "belong to none"},
      {"OffsetsReversed", one("F32", "2", "8,0", 8), "outside"},
      {"OffsetsBeyondInt64", one("F32", "2", "0,9223372036854775808", 8),
       "2^63"},
      {"ShapeLies", one("F32", "3", "0,8", 8), "another size"},
      {"ShapeOverflows",
       one("F32", "4294967296,4294967296,4294967296", "0,8", 8),
       "another size"},
      {"ShapeNegative", one("F32", "-2", "0,8", 8), "negative"},
      {"ShapeFraction", one("F32", "2.5", "0,8", 8), "not whole"},
      {"ShapeNested", one("F32", "[2]", "0,8", 8), "array"},
      {"TooManyAxes", one("F32", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "0,4", 4),
       "axes"},
      {"UnknownType", one("F31", "2", "0,8", 8), "unknown dtype F31"},
      {"ThreeOffsets", one("F32", "2", "0,8,8", 8), "pair"},
      {"OneOffset", one("F32", "2", "0", 8), "pair"},
      {"NoShape", FileOf(R"({"w":{"dtype":"F32","data_offsets":[0,8]}})", 8),
       "missing"},
      {"ShapeTwice",
       FileOf(R"({"w":{"dtype":"F32","shape":[2],"shape":[2],)"
              R"("data_offsets":[0,8]}})",
              8),
       "two fields"},
      {"UnknownField",
       FileOf(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],)"
              R"("x":1}})",
              8),
       "unknown field"},
      {"TensorTwice",
       FileOf("{" + Entry("w", "F32", "1", "0,4") + "," +
                  Entry("w", "F32", "1", "4,8") + "}",
              8),
       "named twice"},
      {"Overlap",
       FileOf("{" + Entry("a", "F32", "2", "0,8") + "," +
                  Entry("b", "F32", "2", "4,12") + "}",
              12),
       "overlaps"},
      {"Gap",
       FileOf("{" + Entry("a", "F32", "1", "0,4") + "," +
                  Entry("b", "F32", "1", "8,12") + "}",
              12),
       "gap"},
      {"NotJson", FileOf("{\"w\":", 0), "not JSON"},
      {"NotAnObject", FileOf("[1]", 0), "begin"},
      {"ValueNotAnObject", FileOf(R"({"w":1})", 0), "number"},
      {"Deep", FileOf("{\"w\":{\"dtype\":{\"x\":1}}}", 0), "object"},
      {"VeryDeep", FileOf("{\"w\":" + std::string(100'000, '['), 0), "array"},
      {"NotUtf8", FileOf("{\"\xff\":{}}", 0), "not JSON"},
      {"MetadataNumber", FileOf(R"({"__metadata__":{"a":1}})", 0), "number"},
  };
}

INSTANTIATE_TEST_SUITE_P(Safetensors, CorruptFileTest,
                         testing::ValuesIn(BadFiles()),
                         [](const auto& info) { return info.param.name; });

TEST(SafetensorsFileTest, ReadsTensorsOfAnyOrderAndEmptyOnes) {
  ScratchDirectory directory;
  std::string path = directory.Write(
      "m.safetensors", FileOf("{" + Entry("b", "U8", "3", "4,7") + "," +
                                  Entry("none", "F32", "0,5", "4,4") + "," +
                                  Entry("a", "F32", "", "0,4") +
                                  R"(,"__metadata__":{"format":"pt"}})",
                              7));
  auto file = SafetensorsFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ((*file)->entries().size(), 3u);
  EXPECT_EQ((*file)->entries()[0].name, "a");
  EXPECT_EQ((*file)->entries()[2].name, "b");
  EXPECT_EQ((*file)->Bytes((*file)->entries()[2]).size(), 3u);
}

TEST(SafetensorsFileTest, MissingFileAndDirectoryAreErrors) {
  ScratchDirectory directory;
  EXPECT_TRUE(
      absl::IsNotFound(SafetensorsFile::Open(directory.File("none")).status()));
  EXPECT_FALSE(SafetensorsFile::Open(directory.path()).ok());
}

std::vector<TensorToWrite> TwoTensors(const std::vector<float>& values) {
  auto bytes = std::as_bytes(std::span(values));
  return {{"z", TensorType::kF32, {1, 2}, bytes.subspan(0, 8)},
          {"a", TensorType::kF32, {1}, bytes.subspan(8, 4)}};
}

TEST(SafetensorsWriterTest, WhatIsWrittenIsReadBack) {
  ScratchDirectory directory;
  std::vector<float> values = {1.5f, -2.0f, 3.0f};
  std::string path = directory.File("m.safetensors");
  ASSERT_TRUE(WriteSafetensors(path, TwoTensors(values)).ok());
  auto file = SafetensorsFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  const SafetensorsEntry& entry = (*file)->entries()[1];
  EXPECT_EQ(entry.name, "z");
  EXPECT_EQ(entry.shape, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(std::memcmp((*file)->Bytes(entry).data(), values.data(), 8), 0);
  EXPECT_THAT(ReadBytes(path), HasSubstr(R"("__metadata__":{"format":"pt"})"));
}

TEST(SafetensorsWriterTest, OrderOfTensorsDoesNotChangeTheBytes) {
  ScratchDirectory directory;
  std::vector<float> values = {1, 2, 3};
  std::vector<TensorToWrite> tensors = TwoTensors(values);
  ASSERT_TRUE(WriteSafetensors(directory.File("1"), tensors).ok());
  std::swap(tensors[0], tensors[1]);
  ASSERT_TRUE(WriteSafetensors(directory.File("2"), tensors).ok());
  EXPECT_EQ(ReadBytes(directory.File("1")), ReadBytes(directory.File("2")));
}

TEST(SafetensorsWriterTest, RefusesTwinsAndWrongSizes) {
  ScratchDirectory directory;
  std::vector<float> values = {1, 2, 3};
  std::vector<TensorToWrite> tensors = TwoTensors(values);
  tensors[1].name = "z";
  EXPECT_FALSE(WriteSafetensors(directory.File("1"), tensors).ok());
  tensors = TwoTensors(values);
  tensors[1].shape = {2};
  EXPECT_FALSE(WriteSafetensors(directory.File("2"), tensors).ok());
}

// Whatever single byte of a file changes, reading it neither crashes nor
// leaves its bounds.
TEST(SafetensorsFileTest, NoChangedByteOrCutBreaksTheReader) {
  ScratchDirectory directory;
  std::vector<float> values = {1, 2, 3};
  ASSERT_TRUE(
      WriteSafetensors(directory.File("good"), TwoTensors(values)).ok());
  const std::string good = ReadBytes(directory.File("good"));
  auto check = [&](const std::string& bytes) {
    auto file = SafetensorsFile::Open(directory.Write("bad", bytes));
    if (!file.ok()) return;
    for (const SafetensorsEntry& entry : (*file)->entries()) {
      EXPECT_LE((*file)->Bytes(entry).size(), bytes.size());
    }
  };
  for (size_t i = 0; i < good.size(); ++i) {
    check(good.substr(0, i));
    for (char c : {'\0', '"', '{', '9', '\xff'}) {
      std::string bad = good;
      bad[i] = c;
      check(bad);
    }
  }
}

}  // namespace
}  // namespace tunesmith::worker
