#include "server/door/message_watch.h"

#include <memory>
#include <utility>

#include "grpcpp/server_context.h"

namespace tunesmith::server {
namespace {

class MessageWatch : public grpc::experimental::Interceptor {
 public:
  explicit MessageWatch(std::shared_ptr<Visitor> visitor)
      : visitor_(std::move(visitor)) {}

  void Intercept(
      grpc::experimental::InterceptorBatchMethods* methods) override {
    if (visitor_ != nullptr &&
        methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::POST_RECV_MESSAGE) &&
        methods->GetRecvMessage() != nullptr) {
      visitor_->OnMessage();
    }
    methods->Proceed();
  }

 private:
  const std::shared_ptr<Visitor> visitor_;
};

}  // namespace

grpc::experimental::Interceptor* MessageWatchFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* info) {
  return new MessageWatch(door_->Find(info->server_context()->peer()));
}

}  // namespace tunesmith::server
