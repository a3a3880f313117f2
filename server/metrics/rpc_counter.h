#ifndef TUNESMITH_SERVER_METRICS_RPC_COUNTER_H_
#define TUNESMITH_SERVER_METRICS_RPC_COUNTER_H_

#include <array>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "grpcpp/support/server_interceptor.h"
#include "grpcpp/support/status_code_enum.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/registry.h"
#include "proto/contract/base/mutex.h"

namespace tunesmith::server {

// Counts calls by method and status code. Calls of methods that the server does
// not have count together, so that no client can make labels. Thread-safe.
class RpcCounter {
 public:
  explicit RpcCounter(prometheus::Registry& registry);

  // `method` is `/package.Service/Method`.
  void Count(const std::string& method, grpc::StatusCode code);

 private:
  // By status code; those that never came are null.
  using Counters = std::array<prometheus::Counter*, 17>;

  prometheus::Family<prometheus::Counter>& family_;
  Mutex mutex_;
  std::map<std::string, Counters> methods_ ABSL_GUARDED_BY(mutex_);
};

// Hooks a counter into every call of a server. The counter outlives it.
class RpcCounterFactory
    : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit RpcCounterFactory(RpcCounter* counter) : counter_(counter) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override;

 private:
  RpcCounter* const counter_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_METRICS_RPC_COUNTER_H_
