#ifndef TUNESMITH_CLIENT_CPP_MODEL_FILES_H_
#define TUNESMITH_CLIENT_CPP_MODEL_FILES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "proto/artifact/durable_file.h"
#include "tunesmith/v1/model_service.pb.h"

namespace tunesmith::client {

// Writes the files of one DownloadModel stream below a directory and checks
// them against their headers. Trusts nothing that the stream says. Not
// thread-safe.
class ModelFiles {
 public:
  using OnProgress = std::function<void(const std::string& path,
                                        int64_t received, int64_t total)>;

  ModelFiles(std::string directory, OnProgress on_progress);
  ~ModelFiles();

  // The stream's next message.
  absl::Status Accept(const v1::DownloadModelResponse& response);

  // The stream ended well: checks that the last file is whole, and that there
  // was one.
  absl::Status Finish();

  int file_count() const { return file_count_; }
  int64_t size_bytes() const { return size_bytes_; }

 private:
  absl::Status BeginFile(const v1::DownloadModelResponse::FileHeader& header);
  absl::Status AppendChunk(const std::string& chunk);
  absl::Status EndFile();

  const std::string directory_;
  const OnProgress on_progress_;
  v1::DownloadModelResponse::FileHeader header_;
  std::unique_ptr<DurableFileWriter> writer_;
  int64_t received_ = 0;
  int file_count_ = 0;
  int64_t size_bytes_ = 0;
};

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_MODEL_FILES_H_
