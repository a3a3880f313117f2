#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/error.h"
#include "server/lifecycle/job_list.h"
#include "tests/server/lifecycle/job_life_fixture.h"

namespace tunesmith::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using v1::Job;

class UpdateJobTest : public JobLifeTest {
 protected:
  static v1::UpdateJobRequest Request(const std::string& id,
                                      std::vector<std::string> paths) {
    v1::UpdateJobRequest request;
    request.mutable_job()->set_name("jobs/" + id);
    for (std::string& path : paths) {
      request.mutable_update_mask()->add_paths(std::move(path));
    }
    return request;
  }
  absl::StatusOr<Job> Update(const v1::UpdateJobRequest& request) {
    return plane_.Change<Job>(request, UpdateJob);
  }
  size_t Labelled(const std::string& key, const std::string& value) {
    JobListQuery query;
    query.tenant = TestControlPlane::kTenant;
    (*query.filter.mutable_labels())[key] = value;
    return plane_.Ask([&](Connection& db) { return ListJobs(db, query, 10); })
        ->jobs.size();
  }
};

TEST_F(UpdateJobTest, APriorityChangesThePlaceInTheQueue) {
  Create(JobRequest("a"));
  Create(JobRequest("b"));
  v1::UpdateJobRequest request = Request("b", {"priority"});
  request.mutable_job()->set_priority(5);
  request.mutable_job()->set_display_name("not asked for");
  auto updated = Update(request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->priority(), 5);
  EXPECT_EQ(updated->display_name(), "");
  EXPECT_EQ(plane_.Lease()->subject, "jobs/b");
}

TEST_F(UpdateJobTest, PreemptsReachesTheQueue) {
  Create(JobRequest("a"));
  v1::UpdateJobRequest request = Request("a", {"preempts"});
  request.mutable_job()->set_preempts(true);
  auto updated = Update(request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_TRUE(plane_.WorkOf(updated->uid())->preempts);
}

TEST_F(UpdateJobTest, LabelsAreReplacedAndFound) {
  v1::CreateJobRequest create = JobRequest("a");
  (*create.mutable_job()->mutable_labels())["team"] = "x";
  Create(create);
  v1::UpdateJobRequest request = Request("a", {"labels"});
  (*request.mutable_job()->mutable_labels())["team"] = "y";
  ASSERT_TRUE(Update(request).ok());
  EXPECT_THAT(plane_.Job("a").labels(), SizeIs(1));
  EXPECT_EQ(Labelled("team", "x"), 0u);
  EXPECT_EQ(Labelled("team", "y"), 1u);
}

TEST_F(UpdateJobTest, AnEndedJobTakesLabelsAndNameOnly) {
  Create(JobRequest("a"));
  ASSERT_TRUE(plane_.Cancel("a").ok());
  v1::UpdateJobRequest request = Request("a", {"labels", "display_name"});
  request.mutable_job()->set_display_name("old");
  ASSERT_TRUE(Update(request).ok());
  EXPECT_EQ(plane_.Job("a").display_name(), "old");
  for (const char* path : {"priority", "preempts"}) {
    EXPECT_EQ(ErrorReasonOf(Update(Request("a", {path})).status()),
              v1::ERROR_REASON_ILLEGAL_TRANSITION);
  }
}

TEST_F(UpdateJobTest, AStaleEtagIsRefused) {
  Create(JobRequest("a"));
  v1::UpdateJobRequest request = Request("a", {"display_name"});
  request.mutable_job()->set_etag(plane_.Job("a").etag());
  request.mutable_job()->set_display_name("one");
  ASSERT_TRUE(Update(request).ok());
  request.mutable_job()->set_display_name("two");
  EXPECT_EQ(ErrorReasonOf(Update(request).status()),
            v1::ERROR_REASON_STALE_ETAG);
  EXPECT_EQ(plane_.Job("a").display_name(), "one");
}

TEST_F(UpdateJobTest, EveryProblemIsNamed) {
  Create(JobRequest("a"));
  auto message = [&](const v1::UpdateJobRequest& request) {
    absl::Status status = Update(request).status();
    EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_INVALID_FIELD);
    return std::string(status.message());
  };
  EXPECT_THAT(message(Request("a", {})), HasSubstr("update_mask: "));
  v1::UpdateJobRequest request = Request("a", {"priority", "spec"});
  request.mutable_job()->set_priority(1001);
  EXPECT_THAT(message(request), AllOf(HasSubstr("update_mask.paths[1]: "),
                                      HasSubstr("job.priority: ")));
  request = Request("a", {"priority"});
  request.mutable_job()->set_name("a");
  EXPECT_THAT(message(request), HasSubstr("job.name: "));
}

}  // namespace
}  // namespace tunesmith::server
