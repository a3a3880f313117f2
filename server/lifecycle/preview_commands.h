#ifndef TUNESMITH_SERVER_LIFECYCLE_PREVIEW_COMMANDS_H_
#define TUNESMITH_SERVER_LIFECYCLE_PREVIEW_COMMANDS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/job_service.pb.h"

// What calls of PreviewAugmentation do to the queue. A preview is a work item
// and nothing else: what becomes of it is told to PreviewCalls.

namespace tunesmith::server {

// Every problem of a request that shows without the model and the dataset.
absl::Status CheckPreviewAugmentation(
    const v1::PreviewAugmentationRequest& request);

// Queues a request that passed; returns what a worker is asked for, with every
// default filled in. NOT_FOUND (RESOURCE_NOT_FOUND), FAILED_PRECONDITION
// (RESOURCE_NOT_READY), INVALID_ARGUMENT (INVALID_FIELD, TASK_NOT_SUPPORTED,
// UNKNOWN_COLUMN), each with every problem.
absl::StatusOr<internal::v1::PreviewWork> QueuePreview(
    Transaction& tx, const LifecycleContext& context, const std::string& tenant,
    const v1::PreviewAugmentationRequest& request, const std::string& item_uid);

// What the item reads is still there. NOT_FOUND (RESOURCE_NOT_FOUND) otherwise.
absl::Status CheckPreviewInputs(Connection& db, const std::string& tenant,
                                const internal::v1::PreviewWork& work);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_PREVIEW_COMMANDS_H_
