// Resource names, addresses and text.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/error.h"
#include "proto/contract/listen_address.h"
#include "proto/contract/resource_name.h"

namespace tunesmith {
namespace {

using ::testing::HasSubstr;

TEST(ResourceNameTest, NamesRoundTrip) {
  EXPECT_EQ(ResourceName(ResourceKind::kModel, "a.b-1"), "models/a.b-1");
  auto id = ParseResourceName(ResourceKind::kModel, "models/a.b-1");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(*id, "a.b-1");
  EXPECT_EQ(TypeOf(ResourceKind::kDataset), "dataset");
}

TEST(ResourceNameTest, OtherFormsAreRefused) {
  for (const char* name :
       {"", "models", "models/", "jobs/a", "models/a/b", "models/../a",
        "/models/a", "models/A", "models/a ", "Models/a"}) {
    auto id = ParseResourceName(ResourceKind::kModel, name);
    EXPECT_EQ(id.status().code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(id.status().message()), HasSubstr("models/{id}"));
    EXPECT_EQ(ErrorReasonOf(id.status()), v1::ERROR_REASON_INVALID_FIELD);
  }
}

TEST(ResourceNameTest, CheckpointNamesRoundTrip) {
  std::string name = CheckpointNameOf("jobs/a.b-1", 40);
  EXPECT_EQ(name, "jobs/a.b-1/checkpoints/40");
  EXPECT_TRUE(LooksLikeCheckpoint(name));
  auto parsed = ParseCheckpointName(name);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->job_id, "a.b-1");
  EXPECT_EQ(parsed->step, 40);
}

TEST(ResourceNameTest, OtherFormsOfCheckpointsAreRefused) {
  for (const char* name :
       {"", "jobs/a", "jobs/a/checkpoints", "jobs/a/checkpoints/",
        "jobs/a/checkpoints/-1", "jobs/a/checkpoints/01",
        "jobs/a/checkpoints/ 1", "jobs/a/checkpoints/+1",
        "jobs/a/checkpoints/1/", "jobs/a/checkpoints/99999999999999999999",
        "models/a/checkpoints/1", "jobs//checkpoints/1",
        "jobs/a/checkpoints/1/checkpoints/2", "jobs/../checkpoints/1"}) {
    absl::Status status = ParseCheckpointName(name).status();
    EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_INVALID_FIELD) << name;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("jobs/{id}/checkpoints/{step}"));
  }
}

TEST(ResourceNameTest, IdBounds) {
  EXPECT_TRUE(IsResourceId(std::string(63, 'a')));
  EXPECT_FALSE(IsResourceId(std::string(64, 'a')));
  EXPECT_FALSE(IsResourceId(""));
  EXPECT_TRUE(IsResourceId("0"));
  EXPECT_FALSE(IsResourceId("-a"));
  EXPECT_FALSE(IsResourceId(".a"));
  EXPECT_FALSE(IsResourceId(std::string("a\0b", 3)));
  EXPECT_FALSE(IsResourceId("\xC3\xA9"));
}

TEST(ListenAddressTest, LoopbackIsAllowed) {
  for (const char* address :
       {"127.0.0.1:0", "127.9.8.7:65535", "[::1]:80", "localhost:1"}) {
    EXPECT_TRUE(CheckLoopbackAddress(address).ok()) << address;
  }
}

TEST(ListenAddressTest, EverythingElseIsRefused) {
  for (const char* address :
       {"", ":80", "0.0.0.0:80", "[::]:80", "10.0.0.1:80", "127.0.0.1",
        "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:x",
        "localhost.evil.org:1", "127.0.0.1.evil.org:1", "*:80", "::1:80"}) {
    EXPECT_EQ(CheckLoopbackAddress(address).code(),
              absl::StatusCode::kInvalidArgument)
        << address;
  }
}

TEST(Utf8Test, MalformedBytesAreFound) {
  EXPECT_TRUE(IsUtf8("plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"));
  for (const char* text :
       {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",
        "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_FALSE(IsUtf8(text));
    EXPECT_TRUE(IsUtf8(ToUtf8(text)));
  }
}

TEST(Utf8Test, GoodTextStaysAsItIs) {
  EXPECT_EQ(ToUtf8("a\xC3\xA9z"), "a\xC3\xA9z");
  EXPECT_EQ(ToUtf8("a\xC3z"), "a\xEF\xBF\xBDz");
}

TEST(Utf8Test, CutsBetweenCharacters) {
  EXPECT_EQ(CutAtCharacter("a\xE2\x82\xAC", 3), "a");
  EXPECT_EQ(CutAtCharacter("a\xE2\x82\xAC", 4), "a\xE2\x82\xAC");
  EXPECT_EQ(CutAtCharacter("abc", 0), "");
}

}  // namespace
}  // namespace tunesmith
