#include "server/api/page_token.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/error.h"
#include "server/api/listing.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::server {
namespace {

constexpr int64_t kFirst = 99;

Listing JobsListing(v1::Job::State state) {
  v1::ListJobsRequest request;
  request.mutable_filter()->add_states(state);
  return ListingOf("ListJobs", request);
}

v1::ErrorReason ReasonOfParsing(const Listing& listing,
                                const std::string& token) {
  return ErrorReasonOf(ParseNumberToken(listing, token, kFirst).status());
}

TEST(PageTokenTest, GivesTheCursorBack) {
  Listing listing = JobsListing(v1::Job::QUEUED);
  std::string token = MakePageToken(listing, "41");
  EXPECT_EQ(*ParseNumberToken(listing, token, kFirst), 41);
  EXPECT_EQ(*ParsePageToken(listing, MakePageToken(listing, "1:2:a:b")),
            "1:2:a:b");
}

TEST(PageTokenTest, AnEmptyTokenIsTheFirstPage) {
  EXPECT_EQ(*ParseNumberToken(JobsListing(v1::Job::QUEUED), "", kFirst),
            kFirst);
}

TEST(PageTokenTest, PageSizeMayChangeBetweenPages) {
  v1::ListJobsRequest small, large;
  small.set_page_size(1);
  large.set_page_size(100);
  std::string token = MakePageToken(ListingOf("ListJobs", small), "7");
  large.set_page_token(token);
  EXPECT_EQ(*ParseNumberToken(ListingOf("ListJobs", large), token, kFirst), 7);
}

TEST(PageTokenTest, IsRefusedByAnotherFilterOrMethod) {
  Listing listing = JobsListing(v1::Job::QUEUED);
  std::string token = MakePageToken(listing, "41");
  EXPECT_EQ(ReasonOfParsing(JobsListing(v1::Job::FAILED), token),
            v1::ERROR_REASON_BAD_PAGE_TOKEN);
  Listing other = listing;
  other.method = "ListModels";
  EXPECT_EQ(ReasonOfParsing(other, token), v1::ERROR_REASON_BAD_PAGE_TOKEN);
}

TEST(PageTokenTest, EveryChangedCharacterIsRefused) {
  Listing listing = JobsListing(v1::Job::QUEUED);
  std::string token = MakePageToken(listing, "1234567");
  for (size_t i = 0; i < token.size(); ++i) {
    for (char c : {'A', 'z', '0', '!', '\0'}) {
      std::string changed = token;
      changed[i] = c;
      if (changed == token) continue;
      EXPECT_EQ(ReasonOfParsing(listing, changed),
                v1::ERROR_REASON_BAD_PAGE_TOKEN)
          << i << " " << c;
    }
    EXPECT_EQ(ReasonOfParsing(listing, token.substr(0, i + 0) + "="),
              v1::ERROR_REASON_BAD_PAGE_TOKEN);
  }
  EXPECT_EQ(ReasonOfParsing(listing, token + "A"),
            v1::ERROR_REASON_BAD_PAGE_TOKEN);
  EXPECT_EQ(ReasonOfParsing(listing, std::string(100000, 'A')),
            v1::ERROR_REASON_BAD_PAGE_TOKEN);
}

TEST(PageTokenTest, NumbersMustBeNumbersAndNotNegative) {
  Listing listing = JobsListing(v1::Job::QUEUED);
  EXPECT_EQ(ReasonOfParsing(listing, MakePageToken(listing, "x")),
            v1::ERROR_REASON_BAD_PAGE_TOKEN);
  EXPECT_EQ(ReasonOfParsing(listing, MakePageToken(listing, "-1")),
            v1::ERROR_REASON_BAD_PAGE_TOKEN);
}

}  // namespace
}  // namespace tunesmith::server
