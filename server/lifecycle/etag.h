#ifndef TUNESMITH_SERVER_LIFECYCLE_ETAG_H_
#define TUNESMITH_SERVER_LIFECYCLE_ETAG_H_

#include <string>

#include "absl/status/status.h"
#include "proto/contract/error.h"

namespace tunesmith::server {

// ABORTED (STALE_ETAG) unless `given`, of a request, is empty or the `kind`'s
// etag now.
inline absl::Status CheckEtag(const std::string& kind, const std::string& given,
                              const std::string& now) {
  if (given.empty() || given == now) return absl::OkStatus();
  return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_STALE_ETAG,
                   "the " + kind + " changed meanwhile, etag now: " + now);
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_ETAG_H_
