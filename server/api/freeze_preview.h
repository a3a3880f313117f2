#ifndef TUNESMITH_SERVER_API_FREEZE_PREVIEW_H_
#define TUNESMITH_SERVER_API_FREEZE_PREVIEW_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/store.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::server {

// Every problem of a PreviewFreeze request that shows without the model.
absl::Status CheckPreviewRequest(const v1::PreviewFreezeRequest& request);

// The answer to a request that passed, from the model's stored facts. Errors
// as at the method.
absl::StatusOr<v1::PreviewFreezeResponse> ReadFreezePreview(
    Connection& db, const std::string& tenant,
    const v1::PreviewFreezeRequest& request);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_FREEZE_PREVIEW_H_
