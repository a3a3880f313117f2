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
// in the manifest's order, each a header and its chunks. All are opened before
// the first is sent, so that they can be deleted meanwhile. Reads run on the
// file executor, one write is in flight at a time, and every file's digest is
// checked on the way. Deletes itself.
class DownloadReactor final
    : public grpc::ServerWriteReactor<v1::DownloadModelResponse> {
 public:
  // Looks it up, then sends.
  DownloadReactor(const ApiContext& api, const std::string& tenant,
                  const v1::DownloadModelRequest* request);

  void OnWriteDone(bool ok) override;
  void OnDone() override { delete this; }

 private:
  struct OpenFile {
    ManifestFile facts;
    UniqueFd fd;
  };

  // Fills `files_` from the artifact's manifest.
  absl::Status Open(const internal::v1::Artifact& artifact);
  // Sends the next message, or ends the call; *this may be gone afterwards.
  void Next();
  // Fills `message_` with the next file's header.
  void BeginFile();
  // Fills `message_` with the next bytes, or ends the file.
  absl::Status ReadChunk();

  const ApiContext& api_;
  const bool include_run_record_;
  // Those that are not sent yet, the next one last.
  std::vector<OpenFile> files_;
  // Whether the header of that one was sent.
  bool in_file_ = false;
  std::unique_ptr<Sha256> sha256_;
  int64_t sent_bytes_ = 0;
  v1::DownloadModelResponse message_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_DOWNLOAD_REACTOR_H_
