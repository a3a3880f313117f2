#include "server/lifecycle/preview_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

using testing::ElementsAre;

class PreviewCallsTest : public testing::Test {
 protected:
  absl::Status Add(const std::string& uid) {
    return calls_.Add(uid, [this, uid](PreviewCalls::Answer answer) {
      answers_.push_back(absl::StrCat(
          uid, " ", answer.ok() ? answer->png() : answer.status().ToString()));
    });
  }
  void Resolve(const std::string& uid, const std::string& png) {
    internal::v1::PreviewResult result;
    result.set_png(png);
    calls_.Resolve(uid, result);
  }

  PreviewCalls calls_;
  std::vector<std::string> answers_;
};

TEST_F(PreviewCallsTest, EachCallIsAnsweredOnce) {
  ASSERT_TRUE(Add("a").ok());
  ASSERT_TRUE(Add("b").ok());
  Resolve("b", "1");
  Resolve("b", "2");
  Resolve("other", "3");
  EXPECT_THAT(answers_, ElementsAre("b 1"));
  calls_.ResolveAll(absl::UnavailableError("stopping"));
  calls_.ResolveAll(absl::UnavailableError("stopping"));
  EXPECT_THAT(answers_, ElementsAre("b 1", "a UNAVAILABLE: stopping"));
}

TEST_F(PreviewCallsTest, ARemovedCallHearsNothing) {
  ASSERT_TRUE(Add("a").ok());
  EXPECT_TRUE(calls_.Remove("a"));
  EXPECT_FALSE(calls_.Remove("a"));
  Resolve("a", "1");
  EXPECT_TRUE(answers_.empty());
}

TEST_F(PreviewCallsTest, TooManyAreRefused) {
  for (size_t i = 0; i < PreviewCalls::kMaxCalls; ++i) {
    ASSERT_TRUE(Add(absl::StrCat("call-", i)).ok());
  }
  EXPECT_EQ(ErrorReasonOf(Add("more")), v1::ERROR_REASON_QUEUE_FULL);
  Resolve("call-0", "1");
  EXPECT_TRUE(Add("more").ok());
}

}  // namespace
}  // namespace tunesmith::server
