#include "client/cpp/predict.h"

#include <thread>
#include <utility>

#include "grpcpp/client_context.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/rpc/grpc_status.h"

namespace tunesmith::client {
namespace {

using Stream =
    grpc::ClientReaderWriterInterface<v1::PredictRequest, v1::PredictResponse>;

// Writes every request. A write that fails is no error here: the stream has
// one.
absl::Status WriteAll(Stream& stream, const PredictOptions& options) {
  std::string model = options.model;
  for (;;) {
    TUNESMITH_ASSIGN_OR_RETURN(std::optional<std::vector<v1::Sample>> samples,
                               options.next_samples());
    if (!samples.has_value()) break;
    v1::PredictRequest request;
    // In the first message alone.
    request.set_model(std::exchange(model, ""));
    if (options.top_k.has_value()) request.set_top_k(*options.top_k);
    for (v1::Sample& sample : *samples) {
      *request.add_samples() = std::move(sample);
    }
    if (!stream.Write(request)) return absl::OkStatus();
  }
  stream.WritesDone();
  return absl::OkStatus();
}

}  // namespace

absl::Status PredictAll(Client& client, const PredictOptions& options) {
  grpc::ClientContext context;
  Cancellation::Registration registration(client.cancellation(), context);
  std::unique_ptr<Stream> stream = client.predictions().PredictStream(&context);
  absl::Status written;
  std::thread writer([&] {
    written = WriteAll(*stream, options);
    if (!written.ok()) context.TryCancel();
  });
  v1::PredictResponse response;
  while (stream->Read(&response)) options.on_response(response);
  writer.join();
  grpc::Status finished = stream->Finish();
  TUNESMITH_RETURN_IF_ERROR(written);
  return FromGrpcStatus(finished);
}

}  // namespace tunesmith::client
