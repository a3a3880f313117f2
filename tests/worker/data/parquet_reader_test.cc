#include "worker/data/parquet_reader.h"

#include <memory>
#include <random>
#include <string>

#include "arrow/api.h"
#include "arrow/io/memory.h"
#include "arrow/util/key_value_metadata.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parquet/arrow/writer.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/data/table_file.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

template <typename Builder, typename... Values>
std::shared_ptr<arrow::Array> Column(Builder builder, Values... values) {
  auto append = [&](auto value) { EXPECT_TRUE(builder.Append(value).ok()); };
  (append(values), ...);
  EXPECT_TRUE(builder.AppendNull().ok());
  return *builder.Finish();
}

// With the schema's metadata, as pyarrow writes it.
std::string ParquetBytes(const std::shared_ptr<arrow::Table>& table) {
  auto stream = *arrow::io::BufferOutputStream::Create();
  EXPECT_TRUE(
      parquet::arrow::WriteTable(
          *table, arrow::default_memory_pool(), stream,
          /*chunk_size=*/2, parquet::default_writer_properties(),
          parquet::ArrowWriterProperties::Builder().store_schema()->build())
          .ok());
  return (*stream->Finish())->ToString();
}

// A column of every kind; two rows with values and one of nulls.
std::string SampleFile() {
  auto list_builder = arrow::ListBuilder(
      arrow::default_memory_pool(), std::make_shared<arrow::Int64Builder>());
  auto* items = static_cast<arrow::Int64Builder*>(list_builder.value_builder());
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(list_builder.Append().ok());
    EXPECT_TRUE(items->Append(i).ok());
  }
  EXPECT_TRUE(list_builder.AppendNull().ok());
  auto list = *list_builder.Finish();
  auto text = Column(arrow::StringBuilder(), "caf\xc3\xa9", "");
  auto number = Column(arrow::Int32Builder(), -7, 8);
  auto real = Column(arrow::DoubleBuilder(), 2.0, 0.1);
  auto flag = Column(arrow::BooleanBuilder(), true, false);
  auto dictionary = Column(arrow::StringDictionaryBuilder(), "spam", "ham");
  auto binary = Column(arrow::BinaryBuilder(), "\x01\x02", "x");
  auto table = arrow::Table::Make(
      arrow::schema({arrow::field("text", text->type()),
                     arrow::field("number", number->type()),
                     arrow::field("real", real->type()),
                     arrow::field("flag", flag->type()),
                     arrow::field("dictionary", dictionary->type()),
                     arrow::field("binary", binary->type()),
                     arrow::field("list", list->type())}),
      {text, number, real, flag, dictionary, binary, list});
  return ParquetBytes(table);
}

TEST(ParquetReaderTest, ValuesBecomeText) {
  WholeTable table = ReadWholeText(SampleFile(), Parquet());
  EXPECT_THAT(table.columns, ElementsAre("text", "number", "real", "flag",
                                         "dictionary", "binary", "list"));
  ASSERT_THAT(table.rows, SizeIs(3));
  EXPECT_THAT(table.Texts(0), ElementsAre("caf\xc3\xa9", "-7", "2.0", "true",
                                          "spam", "<opaque>", "<opaque>"));
  EXPECT_THAT(table.Texts(1),
              ElementsAre("", "8", "0.1", "false", "ham", "x", "<opaque>"));
  EXPECT_THAT(table.Texts(2), ElementsAre("", "", "", "", "", "", ""));
  EXPECT_EQ(table.rows[2].number, 3);
}

TEST(ParquetReaderTest, StringsThatAreNotUtf8AreProblemsOfTheirRow) {
  auto text = Column(arrow::StringBuilder(), "caf\xe9", "fine");
  auto table = arrow::Table::Make(
      arrow::schema({arrow::field("text", text->type())}), {text});
  WholeTable rows = ReadWholeText(ParquetBytes(table), Parquet());
  ASSERT_THAT(rows.rows, SizeIs(3));
  ASSERT_TRUE(rows.rows[0].problem.has_value());
  EXPECT_EQ(rows.rows[0].problem->code, FindingCode::kInvalidUtf8);
  EXPECT_FALSE(rows.rows[1].problem.has_value());
}

TEST(ParquetReaderTest, BytesThatAreNoTextStayOpaque) {
  auto bytes = Column(arrow::BinaryBuilder(), "caf\xc3\xa9", "caf\xe9");
  auto table = arrow::Table::Make(
      arrow::schema({arrow::field("bytes", bytes->type())}), {bytes});
  WholeTable rows = ReadWholeText(ParquetBytes(table), Parquet());
  EXPECT_THAT(rows.Texts(0), ElementsAre("caf\xc3\xa9"));
  EXPECT_THAT(rows.Texts(1), ElementsAre("<opaque>"));
}

// As datasets.Dataset.to_parquet writes it.
std::string ClassLabelFile(const std::string& metadata) {
  auto label = Column(arrow::Int64Builder(), 1, 0, -1, 7);
  auto schema =
      arrow::schema({arrow::field("label", label->type())},
                    arrow::key_value_metadata({"huggingface"}, {metadata}));
  return ParquetBytes(arrow::Table::Make(schema, {label}));
}

TEST(ParquetReaderTest, NumbersOfAClassLabelBecomeItsNames) {
  WholeTable table = ReadWholeText(
      ClassLabelFile(R"({"info": {"features": {"label": {"names": ["neg",
          "pos"], "_type": "ClassLabel"}}}})"),
      Parquet());
  EXPECT_THAT(table.Texts(0), ElementsAre("pos"));
  EXPECT_THAT(table.Texts(1), ElementsAre("neg"));
  EXPECT_THAT(table.Texts(2), ElementsAre(""));
  ASSERT_TRUE(table.rows[3].problem.has_value());
  EXPECT_EQ(table.rows[3].problem->code, FindingCode::kMalformedRow);
  EXPECT_THAT(table.Texts(4), ElementsAre(""));
}

TEST(ParquetReaderTest, OddMetadataOfAnotherLibraryCountAsNone) {
  for (const char* metadata :
       {"", "{", "[1]", R"({"info": 1})", R"({"info": {"features": []}})",
        R"({"info": {"features": {"label": {"_type": "ClassLabel"}}}})",
        R"({"info": {"features": {"label": {"_type": 7, "names": ["a"]}}}})",
        R"({"info": {"features": {"label": {"dtype": "int64",
            "_type": "Value"}}}})"}) {
    WholeTable table = ReadWholeText(ClassLabelFile(metadata), Parquet());
    EXPECT_THAT(table.Texts(0), ElementsAre("1")) << metadata;
  }
}

TEST(ParquetReaderTest, GitLfsPointerIsCalledOne) {
  absl::Status status = ReadError(
      "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
      Parquet());
  EXPECT_THAT(std::string(status.message()), HasSubstr("git lfs pull"));
}

TEST(ParquetReaderTest, FilesThatAreNotParquetAreRefused) {
  for (const char* content : {"", "text,label\na,b\n", "PAR1", "PAR1PAR1",
                              "PAR1xxxx\xff\xff\xff\x7fPAR1"}) {
    EXPECT_EQ(ReasonOf(ReadError(content, Parquet())), "MALFORMED_FILE")
        << content;
  }
  EXPECT_EQ(ReasonOf(OpenTable("/nonexistent", Parquet()).status()),
            "MALFORMED_FILE");
}

TEST(ParquetReaderTest, TruncatedFilesAreRefused) {
  std::string bytes = SampleFile();
  for (size_t size = 0; size < bytes.size(); size += 61) {
    EXPECT_EQ(ReasonOf(ReadError(bytes.substr(0, size), Parquet())),
              "MALFORMED_FILE");
  }
}

TEST(ParquetReaderTest, FlippedBytesEndInRowsOrAnError) {
  const std::string bytes = SampleFile();
  std::mt19937 random(7);
  int refused = 0;
  for (int round = 0; round < 150; ++round) {
    std::string broken = bytes;
    for (int i = 0; i < 3; ++i) {
      broken[random() % broken.size()] ^= static_cast<char>(1 + random() % 255);
    }
    absl::Status status = ReadError(broken, Parquet());
    if (status.ok()) continue;
    EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE") << status;
    ++refused;
  }
  EXPECT_GT(refused, 30);
}

}  // namespace
}  // namespace tunesmith::worker
