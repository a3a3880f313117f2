#ifndef TUNESMITH_CLIENT_CPP_UPLOAD_H_
#define TUNESMITH_CLIENT_CPP_UPLOAD_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cpp/client.h"

namespace tunesmith::client {

struct UploadOptions {
  // Last part of the dataset's name; empty: the server makes one up.
  std::string dataset_id;
  // `display_name`, `labels` and `format` are taken from it.
  v1::Dataset dataset;
  // Called after each chunk with the bytes sent so far and in all.
  std::function<void(int64_t sent, int64_t total)> on_progress;
  // Called with what the owner of the data may not expect, before they are
  // sent.
  std::function<void(const std::string& remark)> on_remark;
};

// Sends a local file, or a directory as a tar archive, as a new dataset;
// returns it in state INSPECTING. Reads it twice: its digest goes ahead. Not
// tried again after a failure, for the server may have it. Errors of
// OpenByteSource. DATA_LOSS: it changed meanwhile, or the bytes did not arrive.
absl::StatusOr<v1::Dataset> UploadDataset(Client& client,
                                          const std::string& path,
                                          const UploadOptions& options = {});

struct SharedDataset {
  v1::Dataset dataset;
  // False: the server had it.
  bool uploaded = false;
};

// The dataset with the content of a local file or directory, as it is or being
// inspected:
// its id is made of the file's name, its digest and the format in `options`
// (ContentId), so that a file is sent once however often it is used. A dataset
// of that id that FAILED or holds other bytes is left alone, and the file is
// uploaded under a name that the server makes up. `options.dataset_id` is not
// used. Errors as UploadDataset's.
absl::StatusOr<SharedDataset> UploadOnce(Client& client,
                                         const std::string& path,
                                         UploadOptions options = {});

// `{file name}-{12 digits}` of the digest, or of digest and format where one is
// given, with "-" in the place of what ids
// do not allow; at most 63 characters.
std::string ContentId(const std::string& file_name, const std::string& sha256,
                      const v1::DatasetFormat& format = {});

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_UPLOAD_H_
