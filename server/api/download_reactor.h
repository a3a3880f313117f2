#ifndef TUNESMITH_SERVER_API_DOWNLOAD_REACTOR_H_
#define TUNESMITH_SERVER_API_DOWNLOAD_REACTOR_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "proto/artifact/manifest.h"
#include "proto/artifact/sha256.h"
#include "server/api/context.h"
#include "server/api/unique_fd.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/model_service.pb.h"

namespace tunesmith::server {

// One DownloadModel call: the files of a model, or of the one in a checkpoint,
// in the manifest's order, each a
// header and its chunks. Reads run on the file executor, one write is in
// flight at a time, and every file's digest is checked on the way. Deletes
// itself.
class DownloadReactor final
    : public grpc::ServerWriteReactor<v1::DownloadModelResponse> {
 public:
  // Looks it up, then sends.
  DownloadReactor(const ApiContext& api, const std::string& tenant,
                  const v1::DownloadModelRequest* request);

  void OnWriteDone(bool ok) override;
  void OnDone() override { delete this; }

 private:
  // Fills `files_` from the artifact's manifest.
  absl::Status Open(const internal::v1::Artifact& artifact);
  // Sends the next message, or ends the call; *this may be gone afterwards.
  void Next();
  absl::Status OpenFile();
  // Fills `message_` with the next bytes, or closes the file at its end.
  absl::Status ReadChunk();

  const ApiContext& api_;
  const bool include_run_record_;
  std::string directory_;
  std::vector<ManifestFile> files_;
  size_t next_file_ = 0;
  // Not valid between files.
  UniqueFd fd_;
  std::unique_ptr<Sha256> sha256_;
  int64_t sent_bytes_ = 0;
  v1::DownloadModelResponse message_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_DOWNLOAD_REACTOR_H_
