// What is done to jobs that are there.
#include "proto/contract/error.h"
#include "tests/client/cli/command_line_fixture.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(CommandLineTest, PauseAndResumeShowTheStateThatTheyLeadTo) {
  server_.jobs.pause = [](const v1::PauseJobRequest& request, v1::Job& job) {
    job.set_name(request.name());
    job.set_state(v1::Job::PAUSING);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"pause", "a"}), 0);
  EXPECT_EQ(out(), "jobs/a PAUSING\n");
  server_.jobs.resume = [](const v1::ResumeJobRequest& request, v1::Job& job) {
    job.set_name(request.name());
    job.set_state(v1::Job::QUEUED);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"resume", "jobs/a"}), 0);
  EXPECT_EQ(out(), "jobs/a QUEUED\n");
}

TEST_F(CommandLineTest, RetryShowsTheStateThatItLeadsTo) {
  server_.jobs.retry = [](const v1::RetryJobRequest& request, v1::Job& job) {
    job.set_name(request.name());
    job.set_state(v1::Job::QUEUED);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"retry", "a"}), 0);
  EXPECT_EQ(out(), "jobs/a QUEUED\n");
}

TEST_F(CommandLineTest, CancelTakesNamesOrAFilterAndGoesOnWhileThereAreMore) {
  std::vector<v1::CancelJobsRequest> sent;
  server_.jobs.cancel_many = [&](const v1::CancelJobsRequest& request,
                                 v1::CancelJobsResponse& response) {
    sent.push_back(request);
    response.add_names("jobs/x");
    response.set_more(sent.size() == 1);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"cancel", "--all", "--label", "team=x"}), 0) << err();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].filter().labels().at("team"), "x");
  EXPECT_NE(sent[0].request_id(), sent[1].request_id());
  EXPECT_EQ(out(), "jobs/x\njobs/x\n");
  EXPECT_THAT(err(), HasSubstr("cancelled 2 jobs"));
  EXPECT_EQ(Run({"cancel", "a", "jobs/b"}), 0);
  EXPECT_THAT(sent.back().names(), ElementsAre("jobs/a", "jobs/b"));
  EXPECT_EQ(Run({"cancel", "--all", "--dry-run"}), 0);
  EXPECT_TRUE(sent.back().validate_only());
  EXPECT_TRUE(sent.back().has_filter());
  EXPECT_NE(Run({"cancel"}), 0);
  EXPECT_NE(Run({"cancel", "a", "--all"}), 0);
  EXPECT_EQ(sent.size(), 4u);
}

TEST_F(CommandLineTest, UpdateSendsWhatChangesAndKeepsOtherLabels) {
  server_.jobs.get = [](const v1::GetJobRequest& request, v1::Job& job) {
    job.set_name(request.name());
    job.set_etag("e1");
    (*job.mutable_labels())["old"] = "1";
    (*job.mutable_labels())["gone"] = "1";
    return absl::OkStatus();
  };
  v1::UpdateJobRequest sent;
  server_.jobs.update = [&](const v1::UpdateJobRequest& request, v1::Job& job) {
    sent = request;
    job = request.job();
    job.set_state(v1::Job::QUEUED);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"update", "a", "--priority", "-5"}), 0) << err();
  EXPECT_EQ(out(), "jobs/a QUEUED, priority -5\n");
  EXPECT_THAT(sent.update_mask().paths(), ElementsAre("priority"));
  EXPECT_EQ(Run({"update", "a", "--label", "team=x", "--remove-label", "gone",
                 "--display-name", "", "--preempts", "false"}),
            0);
  EXPECT_THAT(sent.update_mask().paths(),
              ElementsAre("display_name", "preempts", "labels"));
  EXPECT_EQ(sent.job().etag(), "e1");
  EXPECT_EQ(sent.job().labels_size(), 2);
  EXPECT_EQ(sent.job().labels().at("team"), "x");
  EXPECT_NE(Run({"update", "a"}), 0);
  EXPECT_NE(Run({"update", "a", "--label", "nonsense"}), 0);
}

TEST_F(CommandLineTest, DeleteCanTakeTheModelAlong) {
  v1::DeleteJobRequest sent;
  server_.jobs.remove = [&](const v1::DeleteJobRequest& request, auto&) {
    sent = request;
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"delete", "a"}), 0);
  EXPECT_FALSE(sent.delete_model());
  EXPECT_EQ(Run({"delete", "a", "--with-model"}), 0);
  EXPECT_TRUE(sent.delete_model());
}

TEST_F(CommandLineTest, AuditIsATable) {
  std::string asked;
  server_.audit.list = [&](const v1::ListAuditRecordsRequest& request,
                           v1::ListAuditRecordsResponse& response) {
    asked = request.resource();
    v1::AuditRecord& record = *response.add_records();
    record.mutable_time()->set_seconds(86400);
    record.set_method("CancelJob");
    record.set_resource("jobs/a");
    record.set_peer("ipv4:127.0.0.1:5000\x1b[2J");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"audit", "jobs/a"}), 0);
  EXPECT_EQ(asked, "jobs/a");
  EXPECT_THAT(out(), AllOf(HasSubstr("1970-01-02 00:00:00  CancelJob  jobs/a"),
                           Not(HasSubstr("\x1b"))));
}

TEST_F(CommandLineTest, ListCanFollow) {
  v1::WatchJobsRequest sent;
  server_.jobs.watch_many = [&](auto&, const v1::WatchJobsRequest& request,
                                auto& writer) {
    sent = request;
    v1::WatchJobsResponse response;
    response.mutable_job()->set_name("jobs/a");
    response.mutable_job()->set_state(v1::Job::PAUSED);
    writer.Write(response);
    response.mutable_caught_up();
    writer.Write(response);
    response.mutable_job()->set_name("jobs/b");
    response.mutable_job()->set_state(v1::Job::CANCELLED);
    writer.Write(response);
    response.set_deleted("jobs/a");
    writer.Write(response);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"list", "--follow", "--label", "team=x"}), 0) << err();
  EXPECT_EQ(sent.filter().labels().at("team"), "x");
  EXPECT_THAT(out(), AllOf(HasSubstr("NAME"), HasSubstr("jobs/a  PAUSED"),
                           HasSubstr("jobs/b  CANCELLED\njobs/a deleted\n")));
  EXPECT_NE(Run({"list", "--follow", "--state", "queued"}), 0);
}

TEST_F(CommandLineTest, ForkSendsWhatChangesAndNothingElse) {
  v1::ForkJobRequest sent;
  server_.jobs.fork = [&](const v1::ForkJobRequest& request, v1::Job& job) {
    sent = request;
    job.set_name("jobs/b");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"fork", "a", "--epochs", "9", "--freeze", "none", "--name",
                 "b", "--detach"}),
            0);
  EXPECT_EQ(out(), "submitted jobs/b\n");
  EXPECT_EQ(sent.name(), "jobs/a");
  EXPECT_EQ(sent.job_id(), "b");
  EXPECT_FALSE(sent.request_id().empty());
  v1::JobSpec changes;
  changes.mutable_hyperparameters()->set_epochs(9);
  changes.mutable_freeze()->mutable_none();
  EXPECT_EQ(sent.job().spec().SerializeAsString(), changes.SerializeAsString());
  EXPECT_EQ(Run({"fork", "jobs/a/checkpoints/40", "--detach"}), 0);
  EXPECT_EQ(sent.name(), "jobs/a/checkpoints/40");
  EXPECT_EQ(sent.job().spec().ByteSizeLong(), 0u);
}

TEST_F(CommandLineTest, VerifyAndReproduceSayWhetherTheBitsAgree) {
  v1::VerifyJobRequest sent;
  server_.jobs.verify = [&](const v1::VerifyJobRequest& request, v1::Job& job) {
    sent = request;
    job.set_name("jobs/b");
    return absl::OkStatus();
  };
  server_.jobs.reproduce = [](const auto&, v1::Job& job) {
    job.set_name("jobs/b");
    return absl::OkStatus();
  };
  server_.jobs.watch = [](auto&, const auto&, auto&) {
    return absl::OkStatus();
  };
  v1::Comparison comparison;
  comparison.set_original("jobs/a");
  comparison.set_verdict(v1::Comparison::EQUAL);
  server_.jobs.get = [&](const auto&, v1::Job& job) {
    job.set_name("jobs/b");
    job.set_state(v1::Job::SUCCEEDED);
    *job.mutable_comparison() = comparison;
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"verify", "a", "--from-step", "0", "--watch"}), 0) << err();
  EXPECT_TRUE(sent.has_from_step());
  EXPECT_FALSE(sent.has_to_step());
  EXPECT_THAT(out(), HasSubstr("same bits as jobs/a"));
  comparison.set_verdict(v1::Comparison::DIFFERENT);
  comparison.set_difference("training loss at step 3 is 1 and was 2");
  EXPECT_EQ(Run({"reproduce", "a", "--watch"}), 1) << err();
  EXPECT_THAT(out(), HasSubstr("NOT the bits of jobs/a: training loss"));
}

TEST_F(CommandLineTest, CheckpointsAreATable) {
  server_.jobs.list_checkpoints = [](const v1::ListCheckpointsRequest& request,
                                     v1::ListCheckpointsResponse& response) {
    if (request.parent() != "jobs/a") return absl::OkStatus();
    v1::Checkpoint& checkpoint = *response.add_checkpoints();
    checkpoint.set_name("jobs/a/checkpoints/40");
    checkpoint.set_epoch(1.5);
    checkpoint.set_attempt(2);
    checkpoint.set_best(true);
    checkpoint.set_size_bytes(1 << 20);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"checkpoints", "a"}), 0);
  EXPECT_THAT(out(), AllOf(HasSubstr("jobs/a/checkpoints/40"), HasSubstr("1.5"),
                           HasSubstr("yes")));
  EXPECT_EQ(Run({"checkpoints", "b"}), 0);
  EXPECT_EQ(out(), "no checkpoints\n");
}

TEST_F(CommandLineTest, WatchEndsAsTheJobEnds) {
  ServeJob(v1::Job::SUCCEEDED);
  EXPECT_EQ(Run({"watch", "a"}), 0);
  EXPECT_THAT(out(), AllOf(HasSubstr("training  step 3\n"),
                           HasSubstr("jobs/a SUCCEEDED"),
                           HasSubstr("models/out"), Not(HasSubstr("\x1b"))));
  ServeJob(v1::Job::FAILED);
  EXPECT_EQ(Run({"watch", "a"}), 1);
  ServeJob(v1::Job::CANCELLED);
  EXPECT_EQ(Run({"watch", "a"}), 1);
}

TEST_F(CommandLineTest, TerminalGetsALineThatIsOverwritten) {
  ServeJob(v1::Job::SUCCEEDED);
  EXPECT_EQ(Run({"watch", "a"}, /*terminal=*/true), 0);
  EXPECT_THAT(out(), HasSubstr("\r\x1b[Ktraining  step 3\r\x1b[KSUCCEEDED\n"));
}

TEST_F(CommandLineTest, WatchResumesAfterAnInterruption) {
  ServeJob(v1::Job::SUCCEEDED);
  std::vector<int64_t> cursors;
  server_.jobs.watch = [&](auto&, const v1::WatchJobRequest& request,
                           auto& writer) {
    cursors.push_back(request.after_sequence());
    v1::WatchJobResponse response;
    response.mutable_event()->set_sequence(request.after_sequence() + 1);
    response.mutable_event()->mutable_log()->set_message(
        absl::StrCat("line ", request.after_sequence() + 1));
    writer.Write(response);
    return cursors.size() == 1 ? absl::UnavailableError("restarting")
                               : absl::OkStatus();
  };
  EXPECT_EQ(Run({"watch", "a"}), 0);
  EXPECT_THAT(cursors, ElementsAre(0, 1));
  EXPECT_THAT(out(), AllOf(HasSubstr("line 1\n"), HasSubstr("line 2\n")));
  EXPECT_THAT(err(), HasSubstr("connection lost"));
}

TEST_F(CommandLineTest, CtrlCStopsTheWatchAndSaysThatTheJobGoesOn) {
  server_.jobs.watch = [&](auto&, const auto&, auto& writer) {
    cancellation_.Cancel();
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"watch", "a"}), 130);
  EXPECT_THAT(err(), AllOf(HasSubstr("jobs/a goes on"),
                           HasSubstr("tunesmith cancel jobs/a")));
}

TEST_F(CommandLineTest, LogsShowEveryEvent) {
  server_.jobs.list_events = [](const v1::ListJobEventsRequest& request,
                                v1::ListJobEventsResponse& response) {
    v1::JobEvent& event = *response.add_events();
    event.set_sequence(request.page_token().empty() ? 1 : 2);
    event.mutable_time()->set_seconds(86400);
    event.mutable_metric()->set_name("loss");
    if (request.page_token().empty()) response.set_next_page_token("more");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"logs", "a"}), 0);
  EXPECT_EQ(out(),
            "    1  1970-01-02 00:00:00  step 0 - loss 0\n"
            "    2  1970-01-02 00:00:00  step 0 - loss 0\n");
}

}  // namespace
}  // namespace tunesmith::cli
