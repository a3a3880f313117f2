#ifndef TUNESMITH_SERVER_API_UPLOAD_REACTOR_H_
#define TUNESMITH_SERVER_API_UPLOAD_REACTOR_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "proto/artifact/durable_file.h"
#include "server/api/artifact_draft.h"
#include "server/api/context.h"
#include "server/api/patience.h"
#include "server/lifecycle/catalog_commands.h"
#include "server/lifecycle/mutation.h"
#include "tunesmith/v1/dataset_service.pb.h"

namespace tunesmith::server {

// One UploadDataset call. gRPC's threads only pass messages on; every step
// runs on the file executor, one at a time, because the next read begins when
// the step before has ended. A client that sends nothing for too long is not
// waited for. Deletes itself.
class UploadReactor final
    : public grpc::ServerReadReactor<v1::UploadDatasetRequest> {
 public:
  UploadReactor(const ApiContext& api, grpc::CallbackServerContext* context,
                v1::Dataset* response);

  void OnReadDone(bool ok) override;
  void OnDone() override { delete this; }

 private:
  void ReadNext();
  // A message arrived, or the client has said all.
  void Step(bool ok);
  absl::Status TakeHeader();
  absl::Status TakeChunk();
  // Checks size and digest, seals, and stores the record.
  void Complete();
  absl::Status Seal();
  // Ends the call and removes what was written; *this is gone afterwards.
  void Fail(const absl::Status& status);

  const ApiContext& api_;
  grpc::CallbackServerContext* const context_;
  v1::Dataset* const response_;
  // Between two messages.
  Patience patience_;
  v1::UploadDatasetRequest message_;
  v1::UploadDatasetRequest::Header header_;
  Mutation mutation_;
  // The same request came before: its answer is in the response.
  bool answered_ = false;
  int64_t received_bytes_ = 0;
  NewDataset dataset_;
  // Null until the header was taken.
  std::shared_ptr<ArtifactDraft> draft_;
  std::unique_ptr<DurableFileWriter> writer_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_UPLOAD_REACTOR_H_
