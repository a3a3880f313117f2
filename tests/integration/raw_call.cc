#include "tests/integration/raw_call.h"

#include <vector>

#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {

std::string RawBidiCall(const std::shared_ptr<grpc::Channel>& channel,
                        const std::string& method, const std::string& request) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  std::unique_ptr<grpc::ClientContext> context = CallContext();
  // Waits for the one operation under way.
  auto finish = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  auto call = stub.PrepareCall(context.get(), method, &queue);
  call->StartCall(nullptr);
  bool ok = finish();
  grpc::Slice slice(request);
  grpc::ByteBuffer message(&slice, 1);
  call->Write(message, nullptr);
  ok = ok && finish();
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  EXPECT_TRUE(finish() && ok) << "no answer from " << method;
  context->TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  finish();
  queue.Shutdown();
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (answer.Dump(&slices).ok()) {
    for (const grpc::Slice& part : slices) {
      bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
  }
  return bytes;
}

grpc::Status RawStatus(const std::shared_ptr<grpc::Channel>& channel,
                       const std::string& method, const std::string& request,
                       grpc_compression_algorithm compression) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  std::unique_ptr<grpc::ClientContext> context = CallContext();
  context->set_compression_algorithm(compression);
  // The operations may fail: the call can have ended by then.
  auto finish = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
  };
  auto call = stub.PrepareCall(context.get(), method, &queue);
  call->StartCall(nullptr);
  finish();
  grpc::Slice slice(request);
  call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
  finish();
  grpc::Status status;
  call->Finish(&status, nullptr);
  finish();
  queue.Shutdown();
  return status;
}

}  // namespace tunesmith::testing
