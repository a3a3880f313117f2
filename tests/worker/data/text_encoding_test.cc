#include "worker/data/text_encoding.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/worker/data/table_file.h"
#include "worker/data/file_bytes.h"

namespace tunesmith::worker {
namespace {

// In pieces of every size, for a unit can lie across two of them.
void ExpectDecoded(TextEncoding encoding, const std::string& bytes,
                   const std::string& expected) {
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    Decoder decoder(encoding);
    std::string text;
    for (size_t i = 0; i < bytes.size(); i += piece) {
      decoder.Decode(std::string_view(bytes).substr(i, piece), text);
    }
    decoder.Finish(text);
    EXPECT_EQ(text, expected) << piece;
  }
}

TEST(DecoderTest, SingleBytesBecomeTheirCharacters) {
  ExpectDecoded(TextEncoding::kWindows1252, "a\x80\x93\x9f\xa0\xe9\xff",
                "a\u20ac\u201c\u0178\u00a0\u00e9\u00ff");
  ExpectDecoded(TextEncoding::kLatin1, "a\x80\xe9\xff", "a\u0080\u00e9\u00ff");
  ExpectDecoded(TextEncoding::kUtf8, "caf\xc3\xa9 \xff", "caf\u00e9 \xff");
}

TEST(DecoderTest, BytesThatWindows1252DoesNotHaveStayBroken) {
  for (const char* byte : {"\x81", "\x8d", "\x8f", "\x90", "\x9d"}) {
    ExpectDecoded(TextEncoding::kWindows1252, byte, "\xff");
  }
}

TEST(DecoderTest, UnitsOfUtf16BecomeCharacters) {
  ExpectDecoded(TextEncoding::kUtf16Le,
                std::string("a\0\xe9\0\xac\x20\x3d\xd8\x00\xde", 10),
                "a\u00e9\u20ac\U0001f600");
  ExpectDecoded(TextEncoding::kUtf16Be,
                std::string("\0a\0\xe9\x20\xac\xd8\x3d\xde\x00", 10),
                "a\u00e9\u20ac\U0001f600");
}

TEST(DecoderTest, HalfPairsAndUnitsOfUtf16StayBroken) {
  ExpectDecoded(TextEncoding::kUtf16Be, std::string("\xd8\x3d\0a", 4),
                "\xff"
                "a");
  ExpectDecoded(TextEncoding::kUtf16Be, std::string("\xde\x00\0a", 4),
                "\xff"
                "a");
  ExpectDecoded(TextEncoding::kUtf16Be, std::string("\0a\0", 3), "a\xff");
  ExpectDecoded(TextEncoding::kUtf16Be, "\xd8\x3d", "\xff");
}

TEST(Utf16WithoutMarkTest, ZeroBytesShowWhichItIs) {
  EXPECT_EQ(Utf16WithoutMark(std::string("t\0,\0l\0\n\0", 8)),
            TextEncoding::kUtf16Le);
  EXPECT_EQ(Utf16WithoutMark(std::string("\0t\0,\0l\0\n", 8)),
            TextEncoding::kUtf16Be);
  EXPECT_EQ(Utf16WithoutMark("text,label\n"), std::nullopt);
  EXPECT_EQ(Utf16WithoutMark(std::string("a\0b,c\nd,e,f", 11)), std::nullopt);
  EXPECT_EQ(Utf16WithoutMark(std::string(64, '\0')), std::nullopt);
  EXPECT_EQ(Utf16WithoutMark(""), std::nullopt);
}

std::string ReadAll(FileBytes& file) {
  std::string text;
  for (int byte = file.Get(); byte != FileBytes::kEnd; byte = file.Get()) {
    text.push_back(static_cast<char>(byte));
  }
  EXPECT_TRUE(file.status().ok()) << file.status();
  return text;
}

TEST(FileBytesTest, MarkDecidesAndIsLeftOut) {
  for (const std::string& content :
       {std::string("\xef\xbb\xbft\n"), std::string("\xff\xfet\0\n\0", 6),
        std::string("\xfe\xff\0t\0\n", 6)}) {
    TableTestFile file(content);
    auto bytes = FileBytes::Open(file.path(), TextEncoding::kDetect);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(ReadAll(**bytes), "t\n");
    EXPECT_TRUE((*bytes)->Findings().empty());
  }
}

TEST(FileBytesTest, MarkAgainstTheEncodingThatIsSetIsAnError) {
  TableTestFile file("\xef\xbb\xbft\n");
  EXPECT_TRUE(FileBytes::Open(file.path(), TextEncoding::kUtf8).ok());
  absl::Status status =
      FileBytes::Open(file.path(), TextEncoding::kLatin1).status();
  EXPECT_NE(status.message().find("leave it unset"), absl::string_view::npos)
      << status;
}

TEST(FileBytesTest, EncodingThatIsToldOrDoubtfulIsAFinding) {
  TableTestFile utf16(std::string("t\0,\0l\0\n\0", 8));
  auto told = FileBytes::Open(utf16.path(), TextEncoding::kDetect);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(ReadAll(**told), "t,l\n");
  ASSERT_EQ((*told)->Findings().size(), 1u);
  EXPECT_EQ((*told)->Findings()[0].code, FindingCode::kOtherEncoding);

  TableTestFile utf8("caf\u00e9\n");
  auto doubtful = FileBytes::Open(utf8.path(), TextEncoding::kWindows1252);
  ASSERT_TRUE(doubtful.ok());
  ASSERT_EQ((*doubtful)->Findings().size(), 1u);
  EXPECT_EQ((*doubtful)->Findings()[0].severity, FindingSeverity::kWarning);
}

TEST(FileBytesTest, ControlsOfLatin1ArePossiblyWindows1252) {
  TableTestFile file("\x93so\x94 caf\xe9\n");
  auto bytes = FileBytes::Open(file.path(), TextEncoding::kLatin1);
  ASSERT_TRUE(bytes.ok());
  ReadAll(**bytes);
  ASSERT_EQ((*bytes)->Findings().size(), 1u);
  EXPECT_NE((*bytes)->Findings()[0].message.find("windows-1252: 2"),
            std::string::npos);
}

TEST(FileBytesTest, CountsLinesAcrossBuffers) {
  std::string content;
  for (int i = 0; i < 50000; ++i) content += "line\n";
  TableTestFile file(content);
  auto bytes = FileBytes::Open(file.path(), TextEncoding::kDetect);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ((*bytes)->line(), 1);
  EXPECT_EQ(ReadAll(**bytes), content);
  EXPECT_EQ((*bytes)->line(), 50001);
}

}  // namespace
}  // namespace tunesmith::worker
