#include "server/metrics/rpc_counter.h"

#include <cstddef>

namespace tunesmith::server {
namespace {

constexpr const char* kCodeNames[] = {"OK",
                                      "CANCELLED",
                                      "UNKNOWN",
                                      "INVALID_ARGUMENT",
                                      "DEADLINE_EXCEEDED",
                                      "NOT_FOUND",
                                      "ALREADY_EXISTS",
                                      "PERMISSION_DENIED",
                                      "RESOURCE_EXHAUSTED",
                                      "FAILED_PRECONDITION",
                                      "ABORTED",
                                      "OUT_OF_RANGE",
                                      "UNIMPLEMENTED",
                                      "INTERNAL",
                                      "UNAVAILABLE",
                                      "DATA_LOSS",
                                      "UNAUTHENTICATED"};
static_assert(grpc::StatusCode::UNAUTHENTICATED == 16);

// Watches one call's status go out.
class CountingInterceptor : public grpc::experimental::Interceptor {
 public:
  CountingInterceptor(RpcCounter* counter, std::string method)
      : counter_(counter), method_(std::move(method)) {}

  void Intercept(
      grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::PRE_SEND_STATUS)) {
      counter_->Count(method_, methods->GetSendStatus().error_code());
    }
    methods->Proceed();
  }

 private:
  RpcCounter* const counter_;
  const std::string method_;
};

}  // namespace

RpcCounter::RpcCounter(prometheus::Registry& registry)
    : family_(prometheus::BuildCounter()
                  .Name("tunesmith_rpcs_total")
                  .Help("Calls that ended, by method and status code.")
                  .Register(registry)) {}

void RpcCounter::Count(const std::string& method, grpc::StatusCode code) {
  size_t index = static_cast<size_t>(code);
  if (index >= std::size(kCodeNames)) index = grpc::StatusCode::UNKNOWN;
  // Every method of ours is implemented.
  bool known = code != grpc::StatusCode::UNIMPLEMENTED && !method.empty();
  std::string name = known ? method.substr(1) : "unknown";
  MutexLock lock(&mutex_);
  prometheus::Counter*& counter = methods_[name][index];
  if (counter == nullptr) {
    counter = &family_.Add({{"method", name}, {"code", kCodeNames[index]}});
  }
  counter->Increment();
}

grpc::experimental::Interceptor* RpcCounterFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* info) {
  return new CountingInterceptor(counter_, info->method());
}

}  // namespace tunesmith::server
