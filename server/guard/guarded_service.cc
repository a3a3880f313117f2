#include "server/guard/guarded_service.h"

#include <grpc/byte_buffer.h>
#if __has_include(<grpcpp/impl/server_callback_handlers.h>)
#include <grpcpp/impl/server_callback_handlers.h>
#else
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#endif

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "grpcpp/impl/rpc_service_method.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/message_allocator.h"
#include "grpcpp/support/server_callback.h"
#include "proto/contract/error.h"
#include "proto/contract/rpc/grpc_status.h"

namespace tunesmith::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using grpc::internal::MethodHandler;
using grpc::internal::RpcMethod;
using grpc::internal::RpcServiceMethod;

// What a bare service keeps to those who derive from it.
class HandlersOf : public grpc::Service {
 public:
  static MethodHandler* Get(grpc::Service& service, int index) {
    return (service.*&HandlersOf::GetHandler)(index);
  }
};

// Ends a call with a status.
class Refusal final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit Refusal(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

absl::Status MalformedError(const Descriptor& type) {
  return InvalidFieldsError(
      {{"request", absl::StrCat("not a ", type.full_name(),
                                ": its bytes are malformed, or a text in it is "
                                "not UTF-8")}});
}

// As far as can be told without reading it.
absl::Status CheckOutside(grpc_byte_buffer* bytes, const Descriptor& type) {
  if (bytes == nullptr) {
    return InvalidFieldsError({{"request", "required: none came"}});
  }
  if (bytes->data.raw.compression != GRPC_COMPRESS_NONE) {
    return InvalidFieldsError(
        {{"request", "must not be compressed: send it as identity"}});
  }
  const size_t length = grpc_byte_buffer_length(bytes);
  if (length <= MaxMessageBytes(type)) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_TOO_LARGE,
      absl::StrCat("a ", type.full_name(), " must be at most ",
                   MaxMessageBytes(type), " bytes, got: ", length));
}

// One method's handler: the generated one, behind the rules.
class GuardedHandler final : public MethodHandler {
 public:
  GuardedHandler(MethodHandler* inner, const MethodDescriptor* method,
                 const RequestRules* rules)
      : inner_(*inner), method_(*method), rules_(*rules) {}

  // Of a method with one request. Takes `bytes`. Null with a status that the
  // call ends with.
  void* Deserialize(grpc_call* call, grpc_byte_buffer* bytes,
                    grpc::Status* status, void** handler_data) override {
    const Descriptor& type = *method_.input_type();
    absl::Status outside = CheckOutside(bytes, type);
    if (!outside.ok()) {
      if (bytes != nullptr) grpc_byte_buffer_destroy(bytes);
      *status = ToGrpcStatus(outside);
      return nullptr;
    }
    void* request = inner_.Deserialize(call, bytes, status, handler_data);
    absl::Status checked = status->ok()
                               ? rules_.Check(*static_cast<Message*>(request))
                               : MalformedError(type);
    if (checked.ok()) return request;
    Destroy(request, *handler_data);
    *status = ToGrpcStatus(checked);
    return nullptr;
  }

  void RunHandler(const HandlerParameter& parameter) override {
    if (parameter.status.ok()) return inner_.RunHandler(parameter);
    grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>
        refusing([&parameter](grpc::CallbackServerContext*) {
          return new Refusal(parameter.status);
        });
    // A handler asks nobody where the status is one of an error.
    refusing.RunHandler(HandlerParameter(
        parameter.call, parameter.server_context, /*req=*/nullptr,
        grpc::Status::OK, /*handler_data=*/nullptr, parameter.call_requester));
  }

 private:
  // What the generated handler would have destroyed after the call, in the
  // call's arena: a holder of request and response, or a request alone, which
  // it destroyed already where it could not be parsed.
  void Destroy(void* request, void* handler_data) const {
    if (!method_.server_streaming()) {
      static_cast<grpc::RpcAllocatorState*>(handler_data)->~RpcAllocatorState();
    } else if (request != nullptr) {
      static_cast<Message*>(request)->~Message();
    }
  }

  MethodHandler& inner_;
  const MethodDescriptor& method_;
  const RequestRules& rules_;
};

RpcMethod::RpcType TypeOf(const MethodDescriptor& method) {
  if (method.client_streaming()) {
    return method.server_streaming() ? RpcMethod::BIDI_STREAMING
                                     : RpcMethod::CLIENT_STREAMING;
  }
  return method.server_streaming() ? RpcMethod::SERVER_STREAMING
                                   : RpcMethod::NORMAL_RPC;
}

}  // namespace

GuardedService::GuardedService(
    grpc::Service* service,
    const google::protobuf::ServiceDescriptor& descriptor,
    const RequestRules* rules) {
  for (int i = 0; i < descriptor.method_count(); ++i) {
    const MethodDescriptor* method = descriptor.method(i);
    method_names_.push_back(
        absl::StrCat("/", descriptor.full_name(), "/", method->name()));
    AddMethod(new RpcServiceMethod(method_names_.back().c_str(),
                                   TypeOf(*method), nullptr));
    MarkMethodCallback(
        i, new GuardedHandler(HandlersOf::Get(*service, i), method, rules));
  }
}

}  // namespace tunesmith::server
