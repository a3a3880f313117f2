// One stream for a whole list.
#include <map>

#include "absl/strings/str_cat.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using ::testing::ElementsAre;

// A WatchJobs call.
class JobsWatch {
 public:
  JobsWatch(v1::JobService::Stub& jobs, const v1::WatchJobsRequest& request)
      : context_(CallContext()),
        stream_(jobs.WatchJobs(context_.get(), request)) {}
  ~JobsWatch() {
    if (finished_) return;
    context_->TryCancel();
    stream_->Finish();
  }

  // The next message; a test fails when there is none.
  v1::WatchJobsResponse Next() {
    v1::WatchJobsResponse response;
    EXPECT_TRUE(stream_->Read(&response));
    return response;
  }
  // Names of the jobs up to `caught_up`.
  std::vector<std::string> List() {
    std::vector<std::string> names;
    while (true) {
      v1::WatchJobsResponse response = Next();
      if (!response.has_job()) {
        EXPECT_TRUE(response.has_caught_up()) << response.DebugString();
        return names;
      }
      names.push_back(response.job().name());
    }
  }
  // Reads until `name` is told in `state`.
  v1::Job Until(const std::string& name, v1::Job::State state) {
    v1::WatchJobsResponse response;
    while (stream_->Read(&response)) {
      if (response.job().name() == name && response.job().state() == state) {
        return response.job();
      }
    }
    ADD_FAILURE() << "the stream ended before " << name << " was "
                  << v1::Job::State_Name(state);
    return {};
  }
  std::string UntilDeleted() {
    v1::WatchJobsResponse response;
    while (stream_->Read(&response)) {
      if (!response.deleted().empty()) return response.deleted();
    }
    ADD_FAILURE() << "nothing was deleted";
    return "";
  }
  grpc::Status End() {
    v1::WatchJobsResponse response;
    while (stream_->Read(&response)) {
    }
    finished_ = true;
    return stream_->Finish();
  }

 private:
  bool finished_ = false;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchJobsResponse>> stream_;
};

class WatchJobsTest : public ServerTest {
 protected:
  WatchJobsTest() : worker_(WorkerOptions()) {
    EXPECT_TRUE(worker_.Connect().ok());
    CreateInputs(worker_);
  }

  void Delete(const std::string& name) {
    v1::DeleteJobRequest request;
    request.set_name(name);
    google::protobuf::Empty empty;
    grpc::Status status =
        jobs_->DeleteJob(CallContext().get(), request, &empty);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  ScriptedWorker worker_;
};

TEST_F(WatchJobsTest, TellsTheListThenEachChangeAndDeletion) {
  for (const char* id : {"b", "a", "ended"}) CreateJob(id);
  ASSERT_TRUE(Cancel("jobs/ended").ok());
  JobsWatch watch(*jobs_, {});
  EXPECT_THAT(watch.List(), ElementsAre("jobs/b", "jobs/a"));
  CreateJob("c");
  EXPECT_GT(watch.Until("jobs/c", v1::Job::QUEUED).wait().position(), 0);
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/b");
  worker_.Succeed(work);
  EXPECT_EQ(watch.Until("jobs/b", v1::Job::SUCCEEDED).output_model(),
            "models/b");
  Delete("jobs/b");
  EXPECT_EQ(watch.UntilDeleted(), "jobs/b");
}

TEST_F(WatchJobsTest, EndedJobsAreToldWhereTheyAreAskedFor) {
  for (const char* id : {"a", "b"}) CreateJob(id);
  ASSERT_TRUE(Cancel("jobs/a").ok());
  v1::WatchJobsRequest request;
  request.set_include_ended(true);
  EXPECT_THAT(JobsWatch(*jobs_, request).List(),
              ElementsAre("jobs/a", "jobs/b"));
}

TEST_F(WatchJobsTest, AFilterHoldsForChangesToo) {
  v1::CreateJobRequest create = JobRequest("mine");
  (*create.mutable_job()->mutable_labels())["team"] = "x";
  v1::WatchJobsRequest request;
  (*request.mutable_filter()->mutable_labels())["team"] = "x";
  JobsWatch watch(*jobs_, request);
  EXPECT_TRUE(watch.List().empty());
  CreateJob("other");
  v1::CreateJobResponse response;
  ASSERT_TRUE(jobs_->CreateJob(CallContext().get(), create, &response).ok());
  EXPECT_EQ(watch.Next().job().name(), "jobs/mine");
  request.mutable_filter()->add_states(v1::Job::QUEUED);
  grpc::Status refused = JobsWatch(*jobs_, request).End();
  EXPECT_EQ(ReasonOfCall(refused), "INVALID_FIELD");
  EXPECT_THAT(refused.error_message(), ::testing::HasSubstr("filter.states: "));
}

TEST_F(WatchJobsTest, ProgressIsToldAlong) {
  CreateJob("a");
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/a");
  JobsWatch watch(*jobs_, {});
  EXPECT_THAT(watch.List(), ElementsAre("jobs/a"));
  v1::Progress progress;
  progress.set_step(7);
  worker_.Report(work, progress);
  while (watch.Next().job().progress().step() != 7) {
  }
}

TEST_F(WatchJobsTest, ASlowReaderGetsTheNewestStateOfEachAndHoldsUpNobody) {
  constexpr int kJobs = 50;
  JobsWatch slow(*jobs_, {});
  for (int i = 0; i < kJobs; ++i) CreateJob(absl::StrCat("j", i));
  JobsWatch fast(*jobs_, {});
  EXPECT_EQ(fast.List().size(), static_cast<size_t>(kJobs));
  for (int round = 1; round <= 8; ++round) {
    for (int i = 0; i < kJobs; ++i) {
      v1::UpdateJobRequest request;
      request.mutable_job()->set_name(absl::StrCat("jobs/j", i));
      request.mutable_job()->set_display_name(absl::StrCat(round));
      request.mutable_update_mask()->add_paths("display_name");
      v1::Job job;
      ASSERT_TRUE(jobs_->UpdateJob(CallContext().get(), request, &job).ok());
    }
  }
  auto read_to_the_last = [](JobsWatch& watch) {
    std::map<std::string, std::string> names;
    int messages = 0;
    auto all_are_new = [&names] {
      if (names.size() < kJobs) return false;
      for (const auto& [job, name] : names) {
        if (name != "8") return false;
      }
      return true;
    };
    while (!all_are_new() && !::testing::Test::HasFailure()) {
      v1::WatchJobsResponse response = watch.Next();
      ++messages;
      if (response.has_job()) {
        names[response.job().name()] = response.job().display_name();
      }
    }
    return messages;
  };
  read_to_the_last(fast);
  read_to_the_last(slow);
}

TEST_F(WatchJobsTest, TheServersEndIsTold) {
  JobsWatch watch(*jobs_, {});
  watch.List();
  std::thread stop([this] { StopServer(); });
  grpc::Status status = watch.End();
  stop.join();
  EXPECT_EQ(ReasonOfCall(status), "DRAINING");
}

}  // namespace
}  // namespace tunesmith::testing
