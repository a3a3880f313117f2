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
};

// Sends a local file as a new dataset; returns it in state INSPECTING. Reads
// the file twice: its digest goes ahead. Not tried again after a failure, for
// the server may have it. NOT_FOUND or INVALID_ARGUMENT: no such file, or an
// empty one. DATA_LOSS: it became shorter meanwhile, or the bytes did not
// arrive.
absl::StatusOr<v1::Dataset> UploadDataset(Client& client,
                                          const std::string& path,
                                          const UploadOptions& options = {});

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_UPLOAD_H_
