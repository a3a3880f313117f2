#include "server/api/listing.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::server {
namespace {

struct Row {
  int64_t number = 0;
  v1::Job job;
};

// Rows from `newest` down to 1, each with so many bytes.
std::vector<Row> Rows(int newest, size_t bytes) {
  std::vector<Row> rows;
  for (int number = newest; number > 0; --number) {
    rows.push_back({number, {}});
    rows.back().job.set_display_name(std::string(bytes, 'x'));
  }
  return rows;
}

// Fills a page; returns where the next one begins, 0 when there is none.
int64_t Fill(std::vector<Row> rows, int limit, v1::ListJobsResponse& page) {
  Listing listing{"ListJobs", ""};
  std::string token =
      FillPage(rows, limit, listing, &Row::job, page.mutable_jobs());
  return *ParseNumberToken(listing, token, 0);
}

TEST(FillPageTest, TheLastPageHasNoToken) {
  v1::ListJobsResponse page;
  EXPECT_EQ(Fill(Rows(3, 1), 3, page), 0);
  EXPECT_EQ(page.jobs_size(), 3);
  EXPECT_EQ(Fill({}, 3, page), 0);
}

TEST(FillPageTest, TheRowBeyondTheLimitIsForTheNextPage) {
  v1::ListJobsResponse page;
  EXPECT_EQ(Fill(Rows(4, 1), 3, page), 2);
  EXPECT_EQ(page.jobs_size(), 3);
}

TEST(FillPageTest, LongRowsEndThePageEarlyButNeverLeaveItEmpty) {
  v1::ListJobsResponse page;
  EXPECT_EQ(Fill(Rows(10, kMaxPageBytes / 3 - 100), 10, page), 8);
  EXPECT_EQ(page.jobs_size(), 3);
  EXPECT_LE(page.ByteSizeLong(), kMaxPageBytes);
  page.Clear();
  EXPECT_EQ(Fill(Rows(10, kMaxPageBytes / 3), 10, page), 9);
  EXPECT_EQ(page.jobs_size(), 2);
  page.Clear();
  EXPECT_EQ(Fill(Rows(2, 2 * kMaxPageBytes), 10, page), 2);
  EXPECT_EQ(page.jobs_size(), 1);
}

}  // namespace
}  // namespace tunesmith::server
