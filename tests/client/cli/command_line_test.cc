// Usage, exit codes and lists.
#include "proto/contract/error.h"
#include "tests/client/cli/command_line_fixture.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(CommandLineTest, HelpAndVersionEndWell) {
  EXPECT_EQ(Run({"--help"}), 0);
  EXPECT_THAT(out(), AllOf(HasSubstr("preview-freeze"), HasSubstr("Examples:"),
                           HasSubstr("Exit codes:")));
  EXPECT_EQ(Run({"--version"}), 0);
  EXPECT_THAT(out(), HasSubstr("tunesmith "));
  EXPECT_EQ(Run({"submit", "--help"}), 0);
  EXPECT_THAT(out(), HasSubstr("--learning-rate"));
}

TEST_F(CommandLineTest, BadUsageIsTwo) {
  EXPECT_EQ(Run({}), 2);
  EXPECT_EQ(Run({"frobnicate"}), 2);
  EXPECT_EQ(Run({"get"}), 2);
  EXPECT_EQ(Run({"models"}), 2);
  EXPECT_EQ(Run({"submit", "--epochs", "many"}), 2);
  EXPECT_EQ(Run({"submit", "--epochs", "1", "--max-steps", "1"}), 2);
  EXPECT_EQ(Run({"submit", "--watch", "--detach"}), 2);
  EXPECT_EQ(Run({"preview-freeze", "--model", "m", "--freeze", "frist:1"}), 2);
  EXPECT_THAT(err(), HasSubstr("frist:1"));
}

TEST_F(CommandLineTest, NotFoundIsThree) {
  server_.jobs.get = [](const auto&, auto&) {
    return ResourceNotFoundError("job", "jobs/none");
  };
  EXPECT_EQ(Run({"get", "none"}), 3);
  EXPECT_THAT(err(), AllOf(HasSubstr("unknown job: jobs/none"),
                           HasSubstr("RESOURCE_NOT_FOUND")));
}

TEST_F(CommandLineTest, NoServerIsFourWithAHint) {
  // A port on which nobody listens any more.
  address_ = testing::FakeServer().address();
  EXPECT_EQ(Run({"list"}), 4);
  EXPECT_THAT(err(), AllOf(HasSubstr("No server answers at " + address_),
                           HasSubstr("tunesmith up")));
}

TEST_F(CommandLineTest, UnavailableIsFour) {
  server_.jobs.list = [](const auto&, auto&) {
    return absl::UnavailableError("gone");
  };
  EXPECT_EQ(Run({"list"}), 4);
  EXPECT_THAT(err(), HasSubstr("tunesmith up"));
}

TEST_F(CommandLineTest, AnythingElseIsFive) {
  server_.jobs.cancel = [](const auto&, auto&) {
    return IllegalTransitionError("jobs/a", "SUCCEEDED", "cancel");
  };
  EXPECT_EQ(Run({"cancel", "a"}), 5);
  EXPECT_THAT(err(), HasSubstr("ILLEGAL_TRANSITION"));
}

TEST_F(CommandLineTest, InvalidArgumentIsTwoWithEachViolation) {
  server_.jobs.create = [](const auto&, auto&) {
    return InvalidFieldsError({{"job.spec.base_model", "is required"},
                               {"job.spec.data.training", "is required"}});
  };
  EXPECT_EQ(Run({"submit", "--seed", "1"}), 2);
  EXPECT_THAT(err(), AllOf(HasSubstr("\n  job.spec.base_model: is required\n"),
                           HasSubstr("\n  job.spec.data.training: is requ")));
}

TEST_F(CommandLineTest, ListFetchesPagesUpToTheLimit) {
  int pages = 0;
  server_.jobs.list = [&](const v1::ListJobsRequest& request,
                          v1::ListJobsResponse& response) {
    ++pages;
    EXPECT_EQ(request.filter().states_size(), 1);
    for (int i = 0; i < 2; ++i) {
      response.add_jobs()->set_name(
          absl::StrCat("jobs/", request.page_token(), i));
    }
    response.set_next_page_token(absl::StrCat("p", pages));
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"list", "--limit", "3", "--json", "--state", "running"}), 0);
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(out(),
            "{\"name\":\"jobs/0\"}\n{\"name\":\"jobs/1\"}\n"
            "{\"name\":\"jobs/p10\"}\n");
}

TEST_F(CommandLineTest, WorkersAreListed) {
  server_.workers.list = [](const auto&, v1::ListWorkersResponse& response) {
    response.add_workers()->set_name("workers/a");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"workers", "list"}), 0);
  EXPECT_THAT(out(), HasSubstr("workers/a"));
}

TEST_F(CommandLineTest, AWorkerIsDrainedAndResumed) {
  v1::DrainWorkerRequest drained;
  server_.workers.drain = [&](const auto& request, v1::Worker& response) {
    drained = request;
    response.set_name(request.name());
    response.set_state(v1::Worker::DRAINING);
    return absl::OkStatus();
  };
  EXPECT_EQ(
      Run({"workers", "drain", "a", "--finish-jobs", "--reason", "new disks"}),
      0);
  EXPECT_EQ(drained.name(), "workers/a");
  EXPECT_TRUE(drained.finish_jobs());
  EXPECT_EQ(drained.reason(), "new disks");
  EXPECT_THAT(out(), HasSubstr("DRAINING"));
  std::string resumed;
  server_.workers.resume = [&](const auto& request, v1::Worker& response) {
    resumed = request.name();
    response.set_name(request.name());
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"workers", "resume", "workers/a"}), 0);
  EXPECT_EQ(resumed, "workers/a");
}

}  // namespace
}  // namespace tunesmith::cli
