#include "tests/benchmark/load/calls.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tunesmith::load {
namespace {

// Calls that go on until all were made. Lives until the last one ended.
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(int64_t count, const CallFn& call, CallFigures& figures)
      : count_(count), call_(call), figures_(figures) {}

  void MakeNext() {
    int64_t number = next_.fetch_add(1);
    if (number >= count_) return;
    double begin = Now();
    call_(number, [self = shared_from_this(), begin](grpc::Status status) {
      self->figures_.latencies.Add(Now() - begin);
      self->OnDone(status);
    });
  }

  void Await() {
    MutexLock lock(&mutex_);
    while (done_ < count_) changed_.Wait(&mutex_);
  }

 private:
  void OnDone(const grpc::Status& status) {
    MakeNext();
    MutexLock lock(&mutex_);
    if (!status.ok() && figures_.failed++ == 0) {
      figures_.error = status.error_message();
    }
    if (++done_ == count_) changed_.SignalAll();
  }

  const int64_t count_;
  const CallFn call_;
  CallFigures& figures_;
  std::atomic<int64_t> next_{0};
  Mutex mutex_;
  CondVar changed_;
  int64_t done_ ABSL_GUARDED_BY(mutex_) = 0;
};

// What a call needs until it is over.
template <typename Request, typename Answer>
struct Call {
  grpc::ClientContext context;
  Request request;
  Answer answer;
};

}  // namespace

std::shared_ptr<grpc::Channel> NewChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Channels with the same arguments share a connection otherwise.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

void MakeCalls(int64_t count, int in_flight, const CallFn& call,
               CallFigures& figures) {
  auto loop = std::make_shared<Loop>(count, call, figures);
  double begin = Now();
  for (int i = 0; i < in_flight; ++i) loop->MakeNext();
  loop->Await();
  figures.seconds = Now() - begin;
}

v1::CreateJobRequest JobRequest(const std::string& id) {
  v1::CreateJobRequest request;
  request.set_job_id(id);
  v1::JobSpec& spec = *request.mutable_job()->mutable_spec();
  spec.set_base_model("models/m");
  spec.mutable_task()->mutable_text_classification();
  spec.mutable_data()->set_training("datasets/d");
  return request;
}

CallFn CreateCall(std::shared_ptr<v1::JobService::Stub> stub,
                  const std::string& prefix) {
  return [stub, prefix](int64_t number,
                        std::function<void(grpc::Status)> done) {
    auto call =
        std::make_shared<Call<v1::CreateJobRequest, v1::CreateJobResponse>>();
    call->request = JobRequest(absl::StrCat(prefix, number));
    call->request.set_request_id(absl::StrCat("request-", prefix, number));
    stub->async()->CreateJob(
        &call->context, &call->request, &call->answer,
        [call, done = std::move(done)](grpc::Status status) { done(status); });
  };
}

CallFn GetCall(std::shared_ptr<v1::JobService::Stub> stub,
               std::vector<std::string> names) {
  return [stub, names = std::move(names)](
             int64_t number, std::function<void(grpc::Status)> done) {
    auto call = std::make_shared<Call<v1::GetJobRequest, v1::Job>>();
    call->request.set_name(names[number % names.size()]);
    stub->async()->GetJob(
        &call->context, &call->request, &call->answer,
        [call, done = std::move(done)](grpc::Status status) { done(status); });
  };
}

CallFn ListCall(std::shared_ptr<v1::JobService::Stub> stub) {
  return [stub](int64_t, std::function<void(grpc::Status)> done) {
    auto call =
        std::make_shared<Call<v1::ListJobsRequest, v1::ListJobsResponse>>();
    call->request.set_page_size(50);
    stub->async()->ListJobs(
        &call->context, &call->request, &call->answer,
        [call, done = std::move(done)](grpc::Status status) { done(status); });
  };
}

}  // namespace tunesmith::load
