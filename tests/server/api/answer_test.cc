#include "server/api/answer.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "tests/server/testing/test_store.h"
#include "tunesmith/v1/job_service.grpc.pb.h"

namespace tunesmith::server {
namespace {

// Holds closures back until it is told to run them.
class HeldExecutor : public Executor {
 public:
  void Run(absl::AnyInvocable<void()> task) override {
    MutexLock lock(&mutex_);
    tasks_.push_back(std::move(task));
    changed_.SignalAll();
  }

  void AwaitTasks(size_t count) {
    MutexLock lock(&mutex_);
    while (tasks_.size() < count) changed_.Wait(&mutex_);
  }

  void RunAll() {
    std::deque<absl::AnyInvocable<void()>> tasks;
    {
      MutexLock lock(&mutex_);
      tasks.swap(tasks_);
    }
    for (auto& task : tasks) task();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<absl::AnyInvocable<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
};

// Counts what runs for its calls.
class CountingService : public v1::JobService::CallbackService {
 public:
  explicit CountingService(const ApiContext& api) : api_(api) {}

  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context,
                                   const v1::GetJobRequest*,
                                   v1::Job* response) override {
    {
      MutexLock lock(&mutex_);
      contexts_.push_back(context);
    }
    return AnswerFromRead(context, api_, [this, response](Connection&) {
      ++reads_;
      response->set_name("jobs/read");
      return absl::OkStatus();
    });
  }

  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* context,
                                      const v1::CancelJobRequest*,
                                      v1::Job* response) override {
    return AnswerFromWrite(context, api_, [this, response](Transaction&) {
      ++writes_;
      response->set_name("jobs/written");
      return absl::OkStatus();
    });
  }

  // Of calls of GetJob, none of which may have been answered.
  bool AllAreOver() {
    MutexLock lock(&mutex_);
    return std::all_of(
        contexts_.begin(), contexts_.end(),
        [](const auto* context) { return context->IsCancelled(); });
  }

  int reads() const { return reads_; }
  int writes() const { return writes_; }

 private:
  const ApiContext& api_;
  Mutex mutex_;
  std::vector<const grpc::CallbackServerContext*> contexts_
      ABSL_GUARDED_BY(mutex_);
  std::atomic<int> reads_ = 0;
  std::atomic<int> writes_ = 0;
};

class AnswerTest : public ::testing::Test {
 protected:
  AnswerTest() {
    Store::Options options = memory_.options();
    options.readers = &readers_;
    options.completions = &completions_;
    memory_.store.reset();
    store_ = *Store::Open(std::move(options));
    api_.store = store_.get();
    api_.draining = &draining_;
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel({});
    stub_ = v1::JobService::NewStub(channel_);
  }
  ~AnswerTest() override {
    server_->Shutdown();
    server_.reset();
  }

  static void SetTimeout(grpc::ClientContext& context, absl::Duration timeout) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  }

  grpc::StatusCode Read(absl::Duration timeout) {
    grpc::ClientContext context;
    SetTimeout(context, timeout);
    v1::Job job;
    return stub_->GetJob(&context, {}, &job).error_code();
  }

  grpc::StatusCode Write(absl::Duration timeout) {
    grpc::ClientContext context;
    SetTimeout(context, timeout);
    v1::Job job;
    return stub_->CancelJob(&context, {}, &job).error_code();
  }

  TestStore memory_;
  HeldExecutor readers_;
  ThreadExecutor completions_{"completions", 1};
  std::atomic<bool> draining_ = false;
  std::unique_ptr<Store> store_;
  ApiContext api_;
  CountingService service_{api_};
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JobService::Stub> stub_;
};

TEST_F(AnswerTest, ReadsThatNobodyWaitsForAreDropped) {
  constexpr int kImpatient = 20;
  std::vector<std::thread> impatient;
  for (int i = 0; i < kImpatient; ++i) {
    impatient.emplace_back([this] {
      EXPECT_EQ(Read(absl::Milliseconds(50)),
                grpc::StatusCode::DEADLINE_EXCEEDED);
    });
  }
  for (std::thread& thread : impatient) thread.join();
  std::thread patient(
      [this] { EXPECT_EQ(Read(absl::Seconds(30)), grpc::StatusCode::OK); });
  // Some of the impatient may never have come so far.
  readers_.AwaitTasks(1);
  while (service_.reads() == 0) readers_.RunAll();
  patient.join();
  readers_.RunAll();
  EXPECT_EQ(service_.reads(), 1);
}

TEST_F(AnswerTest, WritesThatNobodyWaitsForAreDropped) {
  EXPECT_EQ(Write(absl::Milliseconds(50)), grpc::StatusCode::DEADLINE_EXCEEDED);
  std::thread patient(
      [this] { EXPECT_EQ(Write(absl::Seconds(30)), grpc::StatusCode::OK); });
  while (service_.writes() == 0) {
    ASSERT_TRUE(store_->WaitForWrites());
    store_->CommitPending();
  }
  patient.join();
  EXPECT_EQ(service_.writes(), 1);
}

TEST_F(AnswerTest, AQueueOfCallsDoesNotDelayTheEnd) {
  std::vector<std::thread> callers;
  for (int i = 0; i < 20; ++i) {
    callers.emplace_back([this] {
      grpc::StatusCode code = Read(absl::Hours(1));
      EXPECT_NE(code, grpc::StatusCode::OK);
    });
  }
  readers_.AwaitTasks(20);
  // Cancels all of them.
  std::thread ending(
      [this] { server_->Shutdown(absl::ToChronoTime(absl::Now())); });
  for (std::thread& thread : callers) thread.join();
  while (!service_.AllAreOver()) std::this_thread::yield();
  readers_.RunAll();
  ending.join();
  EXPECT_EQ(service_.reads(), 0);
}

}  // namespace
}  // namespace tunesmith::server
