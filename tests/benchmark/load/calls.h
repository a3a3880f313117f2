#ifndef TUNESMITH_TESTS_BENCHMARK_LOAD_CALLS_H_
#define TUNESMITH_TESTS_BENCHMARK_LOAD_CALLS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/grpcpp.h"
#include "tests/benchmark/load/latencies.h"
#include "tunesmith/v1/job_service.grpc.pb.h"

namespace tunesmith::load {

// What came of a number of calls.
struct CallFigures {
  double seconds = 0;
  int64_t failed = 0;
  // Of the first that failed.
  std::string error;
  Latencies latencies;
};

// A connection of its own to the server.
std::shared_ptr<grpc::Channel> NewChannel(const std::string& address);

// One call: begins it and says when it is over, and how.
using CallFn =
    std::function<void(int64_t number, std::function<void(grpc::Status)> done)>;

// Makes `count` calls, always `in_flight` of them under way.
void MakeCalls(int64_t count, int in_flight, const CallFn& call,
               CallFigures& figures);

// CreateJob with a request id, each time another; the ids begin with `prefix`.
// Jobs are `{prefix}{number}` and in order of their numbers.
CallFn CreateCall(std::shared_ptr<v1::JobService::Stub> stub,
                  const std::string& prefix);
// GetJob of one of `names`.
CallFn GetCall(std::shared_ptr<v1::JobService::Stub> stub,
               std::vector<std::string> names);
// ListJobs, a page of 50.
CallFn ListCall(std::shared_ptr<v1::JobService::Stub> stub);

// What all jobs of this program are: on `models/m` and `datasets/d`.
v1::CreateJobRequest JobRequest(const std::string& id);

}  // namespace tunesmith::load

#endif  // TUNESMITH_TESTS_BENCHMARK_LOAD_CALLS_H_
