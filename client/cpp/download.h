#ifndef TUNESMITH_CLIENT_CPP_DOWNLOAD_H_
#define TUNESMITH_CLIENT_CPP_DOWNLOAD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cpp/client.h"

namespace tunesmith::client {

struct DownloadOptions {
  // Also fetch `run_record.json` and `report.html`, which say how the model was
  // made.
  bool include_run_record = false;
  // Called as bytes arrive: current file, its bytes so far and in all.
  std::function<void(const std::string& path, int64_t received, int64_t total)>
      on_progress;
};

struct DownloadedModel {
  int file_count = 0;
  int64_t size_bytes = 0;
};

// Fetches a model into `directory`, which is made with its parents, or exists
// and is empty. Files are written to a temporary directory beside it, which
// takes its place once every size and digest is right; otherwise nothing
// stays. Tried again from the start after UNAVAILABLE. ALREADY_EXISTS: there is
// something at `directory`. DATA_LOSS: bytes are not those announced, or the
// server named a path that CheckDownloadPath refuses.
absl::StatusOr<DownloadedModel> DownloadModel(
    Client& client, const std::string& name, const std::string& directory,
    const DownloadOptions& options = {});

// OK when `path` is relative, with `/` between parts that are neither empty
// nor `.` nor `..`, of at most 255 bytes, and without control characters or
// backslashes. DATA_LOSS otherwise.
absl::Status CheckDownloadPath(std::string_view path);

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_DOWNLOAD_H_
