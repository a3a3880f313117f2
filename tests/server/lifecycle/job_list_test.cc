#include "server/lifecycle/job_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/lifecycle/wire_time.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Order = v1::ListJobsRequest;

class JobListTest : public testing::Test {
 protected:
  JobListTest() {
    plane_.AddInputs();
    query_.tenant = TestControlPlane::kTenant;
  }

  void Create(const std::string& id,
              const std::map<std::string, std::string>& labels = {}) {
    v1::CreateJobRequest request = JobRequest(id);
    request.mutable_job()->mutable_labels()->insert(labels.begin(),
                                                    labels.end());
    ASSERT_TRUE(plane_.Create(request).ok());
    plane_.store.clock.Advance(absl::Seconds(1));
  }

  void Cancel(const std::string& id) {
    ASSERT_TRUE(plane_.Cancel(id).ok());
    plane_.store.clock.Advance(absl::Seconds(1));
  }

  JobListPage Page(int limit) {
    return plane_
        .Ask([&](Connection& db) { return ListJobs(db, query_, limit); })
        .value();
  }

  // The whole list, page by page.
  std::vector<std::string> Ids(int limit = 2) {
    std::vector<std::string> ids;
    query_.after.reset();
    do {
      JobListPage page = Page(limit);
      for (const ListedJob& listed : page.jobs) {
        ids.push_back(listed.row.job.name().substr(5));
      }
      query_.after = page.next;
    } while (query_.after.has_value());
    return ids;
  }

  TestControlPlane plane_;
  JobListQuery query_;
};

TEST_F(JobListTest, GoesByCreationInBothDirections) {
  for (const char* id : {"a", "b", "c"}) Create(id);
  EXPECT_THAT(Ids(), ElementsAre("c", "b", "a"));
  query_.order = Order::OLDEST_FIRST;
  EXPECT_THAT(Ids(), ElementsAre("a", "b", "c"));
  query_.tenant = "other";
  EXPECT_THAT(Ids(), IsEmpty());
}

TEST_F(JobListTest, AFullLastPageHasNoOtherOne) {
  for (const char* id : {"a", "b"}) Create(id);
  JobListPage page = Page(2);
  EXPECT_EQ(page.jobs.size(), 2u);
  EXPECT_FALSE(page.next.has_value());
}

TEST_F(JobListTest, GoesByEndWithThoseThatEnded) {
  for (const char* id : {"a", "b", "c"}) Create(id);
  Cancel("b");
  Cancel("a");
  query_.order = Order::LAST_ENDED_FIRST;
  EXPECT_THAT(Ids(1), ElementsAre("a", "b"));
}

TEST_F(JobListTest, FindsByStatesLabelsInputsAndTimes) {
  Create("a", {{"team", "x"}, {"run", "1"}});
  absl::Time second = plane_.store.clock.Now();
  Create("b", {{"team", "x"}});
  Create("c", {{"team", "y"}});
  Cancel("b");
  query_.filter.add_states(v1::Job::CANCELLED);
  EXPECT_THAT(Ids(), ElementsAre("b"));
  query_.filter.add_states(v1::Job::QUEUED);
  EXPECT_THAT(Ids(1), ElementsAre("c", "b", "a"));
  query_.filter.clear_states();
  (*query_.filter.mutable_labels())["team"] = "x";
  EXPECT_THAT(Ids(1), ElementsAre("b", "a"));
  (*query_.filter.mutable_labels())["run"] = "1";
  EXPECT_THAT(Ids(), ElementsAre("a"));
  query_.filter.Clear();
  query_.filter.set_dataset("datasets/train");
  query_.filter.set_base_model("models/bert");
  EXPECT_THAT(Ids(), ElementsAre("c", "b", "a"));
  query_.filter.set_base_model("models/another");
  EXPECT_THAT(Ids(), IsEmpty());
  query_.filter.Clear();
  *query_.filter.mutable_created_from() = ToWireTime(second);
  EXPECT_THAT(Ids(), ElementsAre("c", "b"));
  *query_.filter.mutable_created_before() =
      ToWireTime(second + absl::Seconds(1));
  EXPECT_THAT(Ids(), ElementsAre("b"));
  *query_.filter.mutable_ended_from() = ToWireTime(second);
  EXPECT_THAT(Ids(), ElementsAre("b"));
  *query_.filter.mutable_ended_before() = ToWireTime(second);
  EXPECT_THAT(Ids(), IsEmpty());
}

TEST_F(JobListTest, PagesStayWhileJobsComeAndGo) {
  for (const char* id : {"a", "b", "c", "d"}) Create(id);
  JobListPage first = Page(2);
  ASSERT_TRUE(first.next.has_value());
  Create("e");
  Cancel("c");
  ASSERT_TRUE(plane_.Delete("c").ok());
  query_.after = first.next;
  JobListPage second = Page(2);
  ASSERT_EQ(second.jobs.size(), 2u);
  EXPECT_EQ(second.jobs[0].row.job.name(), "jobs/b");
  EXPECT_EQ(second.jobs[1].row.job.name(), "jobs/a");
}

TEST_F(JobListTest, JobsOfOneInstantAreEachOnOnePage) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(plane_.Create(JobRequest(absl::StrCat("j", i))).ok());
  }
  EXPECT_THAT(Ids(2), ElementsAre("j4", "j3", "j2", "j1", "j0"));
  query_.order = Order::OLDEST_FIRST;
  EXPECT_THAT(Ids(2), ElementsAre("j0", "j1", "j2", "j3", "j4"));
}

TEST_F(JobListTest, ADeletedJobLeavesNothingBehind) {
  Create("a", {{"team", "x"}});
  Cancel("a");
  ASSERT_TRUE(plane_.Delete("a").ok());
  int64_t left = plane_
                     .Ask([](Connection& db) -> absl::StatusOr<int64_t> {
                       Statement statement = db.Prepare(
                           "SELECT (SELECT COUNT(*) FROM job_marks) +"
                           " (SELECT SUM(jobs) FROM job_counts)");
                       absl::Status status = statement.Step().status();
                       if (!status.ok()) return status;
                       return statement.Int(0);
                     })
                     .value();
  EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace tunesmith::server
