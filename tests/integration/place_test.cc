// Workers that fail as places, and workers that operators drain.

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using ::testing::HasSubstr;
using v1::Job;

class PlaceTest : public ServerTest {
 protected:
  std::unique_ptr<ScriptedWorker> Connect(const std::string& id) {
    ScriptedWorker::Options options = WorkerOptions();
    options.worker_id = id;
    auto worker = std::make_unique<ScriptedWorker>(options);
    grpc::Status status = worker->Connect();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return worker;
  }
  v1::Worker Get(const std::string& id) {
    v1::GetWorkerRequest request;
    request.set_name("workers/" + id);
    v1::Worker worker;
    grpc::Status status =
        workers_->GetWorker(CallContext().get(), request, &worker);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return worker;
  }
  v1::Worker Drain(const std::string& id, bool finish_jobs) {
    v1::DrainWorkerRequest request;
    request.set_name("workers/" + id);
    request.set_finish_jobs(finish_jobs);
    request.set_reason("new disks");
    v1::Worker worker;
    grpc::Status status =
        workers_->DrainWorker(CallContext().get(), request, &worker);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return worker;
  }
  v1::Worker Resume(const std::string& id) {
    v1::ResumeWorkerRequest request;
    request.set_name("workers/" + id);
    v1::Worker worker;
    grpc::Status status =
        workers_->ResumeWorker(CallContext().get(), request, &worker);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return worker;
  }
  static void AwaitSuspend(ScriptedWorker& worker) {
    worker.AwaitDesired([](const internal::v1::DesiredState& desired) {
      return desired.assignments_size() == 1 &&
             desired.assignments(0).suspend();
    });
  }
  static internal::v1::WorkEvent Suspended() {
    internal::v1::WorkEvent event;
    event.mutable_outcome()->mutable_suspended();
    return event;
  }
};

TEST_F(PlaceTest, AFaultOfThePlaceSendsTheJobElsewhere) {
  auto bad = Connect("bad");
  CreateInputs(*bad);
  CreateJob("j");
  auto work = bad->AwaitWork("jobs/j");
  auto good = Connect("good");
  bad->FailByPlace(work, v1::PLACE_FAULT_STAGING, "no such volume");
  auto again = good->AwaitWork("jobs/j");
  good->Succeed(again);
  AwaitState("jobs/j", Job::SUCCEEDED);
  v1::Worker::Health health = Get("bad").health();
  ASSERT_EQ(health.failures_size(), 1);
  EXPECT_EQ(health.failures(0).fault(), v1::PLACE_FAULT_STAGING);
  EXPECT_EQ(health.failures(0).count(), 1);
  EXPECT_THAT(health.message(), HasSubstr("no such volume"));
  EXPECT_FALSE(Get("good").has_health());
}

TEST_F(PlaceTest, TheOnlyWorkerIsTriedAgainAfterItsRest) {
  auto only = Connect("only");
  CreateInputs(*only);
  CreateJob("j");
  auto work = only->AwaitWork("jobs/j");
  only->FailByPlace(work, v1::PLACE_FAULT_DISK, "full");
  only->AwaitGone(work);
  // Woken by the end of the rest alone: nothing else happens.
  only->Succeed(only->AwaitWork("jobs/j"));
  AwaitState("jobs/j", Job::SUCCEEDED);
  EXPECT_EQ(Get("only").health().consecutive_failures(), 0);
}

TEST_F(PlaceTest, ADrainedWorkersJobTakesACheckpointAndGoesElsewhere) {
  auto a = Connect("a");
  CreateInputs(*a);
  CreateJob("j");
  auto work = a->AwaitWork("jobs/j");
  v1::Worker draining = Drain("a", /*finish_jobs=*/false);
  EXPECT_EQ(draining.state(), v1::Worker::DRAINING);
  EXPECT_EQ(draining.drain().reason(), "new disks");
  EXPECT_TRUE(draining.drain().has_time());
  AwaitSuspend(*a);
  a->Send(work, {Suspended()});
  a->AwaitGone(work);
  AwaitState("jobs/j", Job::QUEUED);
  EXPECT_EQ(Get("a").state(), v1::Worker::DRAINED);
  auto b = Connect("b");
  b->Succeed(b->AwaitWork("jobs/j"));
  AwaitState("jobs/j", Job::SUCCEEDED);
}

TEST_F(PlaceTest, ADrainIsKeptOverRestartsUntilTheWorkerIsResumed) {
  auto a = Connect("a");
  CreateInputs(*a);
  v1::Worker drained = Drain("a", /*finish_jobs=*/false);
  EXPECT_EQ(drained.state(), v1::Worker::DRAINED);
  CreateJob("j");
  a->Disconnect();
  StopServer();
  StartServer();
  // Known although it is away.
  EXPECT_EQ(Get("a").state(), v1::Worker::UNREACHABLE);
  a->set_address(server_->address());
  ASSERT_TRUE(a->Connect().ok());
  EXPECT_EQ(Get("a").state(), v1::Worker::DRAINED);
  EXPECT_EQ(Get("a").drain().time().seconds(),
            drained.drain().time().seconds());
  EXPECT_EQ(GetJob("jobs/j").state(), Job::QUEUED);
  EXPECT_EQ(GetJob("jobs/j").wait().reason(), v1::Wait::NO_WORKER);

  v1::Worker resumed = Resume("a");
  EXPECT_EQ(resumed.state(), v1::Worker::CONNECTED);
  EXPECT_FALSE(resumed.has_drain());
  a->Succeed(a->AwaitWork("jobs/j"));
  AwaitState("jobs/j", Job::SUCCEEDED);
  StopServer();
  StartServer();
  v1::ListWorkersResponse workers;
  ASSERT_TRUE(
      workers_
          ->ListWorkers(CallContext().get(), v1::ListWorkersRequest(), &workers)
          .ok());
  EXPECT_EQ(workers.workers_size(), 0);
}

TEST_F(PlaceTest, ADrainedWorkerMayFinishItsJobs) {
  auto a = Connect("a");
  CreateInputs(*a);
  CreateJob("j");
  auto work = a->AwaitWork("jobs/j");
  Drain("a", /*finish_jobs=*/true);
  CreateJob("k");
  a->Succeed(work);
  AwaitState("jobs/j", Job::SUCCEEDED);
  a->AwaitGone(work);
  EXPECT_EQ(GetJob("jobs/k").state(), Job::QUEUED);
  // The newest wish counts.
  EXPECT_FALSE(Drain("a", /*finish_jobs=*/false).drain().finish_jobs());
}

TEST_F(PlaceTest, ResumingEndsAQuarantineAndARest) {
  auto a = Connect("a");
  CreateInputs(*a);
  CreateJob("j");
  auto work = a->AwaitWork("jobs/j");
  a->FailByPlace(work, v1::PLACE_FAULT_START, "no trainer");
  a->AwaitGone(work);
  v1::Worker::Health health = Resume("a").health();
  EXPECT_FALSE(health.has_resume_time());
  EXPECT_EQ(health.consecutive_failures(), 0);
  EXPECT_EQ(health.failures(0).count(), 1);
  a->Succeed(a->AwaitWork("jobs/j"));
  AwaitState("jobs/j", Job::SUCCEEDED);
}

TEST_F(PlaceTest, ASecondWorkerWithTheSameIdIsRefusedAndARestartIsNot) {
  ScriptedWorker::Options options = WorkerOptions();
  options.instance_id = "aa";
  ScriptedWorker first(options);
  ASSERT_TRUE(first.Connect().ok());
  CreateInputs(first);
  CreateJob("j");
  auto work = first.AwaitWork("jobs/j");
  options.instance_id = "bb";
  options.boot_id = 2;
  ScriptedWorker second(options);
  grpc::Status refused = second.Connect();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(ReasonOfCall(refused), "WORKER_ID_TAKEN");
  first.Succeed(work);
  AwaitState("jobs/j", Job::SUCCEEDED);
  EXPECT_EQ(GetJob("jobs/j").attempt(), 1);
  options.instance_id = "aa";
  options.boot_id = 3;
  ScriptedWorker restarted(options);
  EXPECT_TRUE(restarted.Connect().ok());
  EXPECT_EQ(first.AwaitEnd().error_code(), grpc::StatusCode::ABORTED);
}

TEST_F(PlaceTest, BadRequestsNameTheirFields) {
  auto a = Connect("a");
  v1::DrainWorkerRequest request;
  request.set_name("workers/unknown");
  v1::Worker worker;
  EXPECT_EQ(ReasonOfCall(
                workers_->DrainWorker(CallContext().get(), request, &worker)),
            "RESOURCE_NOT_FOUND");
  request.set_name("workers/a");
  request.set_reason(std::string(257, 'x'));
  request.set_request_id(std::string(129, 'x'));
  grpc::Status refused =
      workers_->DrainWorker(CallContext().get(), request, &worker);
  EXPECT_EQ(ReasonOfCall(refused), "INVALID_FIELD");
  EXPECT_THAT(refused.error_message(), HasSubstr("reason"));
  EXPECT_THAT(refused.error_message(), HasSubstr("request_id"));
  v1::ResumeWorkerRequest resume;
  resume.set_name("jobs/a");
  EXPECT_EQ(ReasonOfCall(
                workers_->ResumeWorker(CallContext().get(), resume, &worker)),
            "INVALID_FIELD");
}

}  // namespace
}  // namespace tunesmith::testing
