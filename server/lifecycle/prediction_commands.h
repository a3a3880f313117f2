#ifndef TUNESMITH_SERVER_LIFECYCLE_PREDICTION_COMMANDS_H_
#define TUNESMITH_SERVER_LIFECYCLE_PREDICTION_COMMANDS_H_

#include <string>

#include "absl/status/status.h"
#include "server/lifecycle/context.h"
#include "server/predictions/prediction_desk.h"
#include "server/store/store.h"

// What the prediction desk does to the queue. A holder of a model is a work
// item and nothing else: what becomes of it is told to the desk.

namespace tunesmith::server {

// Queues an item that holds the model. NOT_FOUND (RESOURCE_NOT_FOUND) when the
// model was deleted, or another one has its name.
absl::Status QueueHolder(Transaction& tx, const LifecycleContext& context,
                         const PredictionModel& model,
                         const std::string& item_uid);

// Asks a leased holder to answer what it has and end. OK when it has ended.
absl::Status StopHolder(Transaction& tx, const LifecycleContext& context,
                        const std::string& item_uid);

// After a start of the server: items whose callers are gone, of predictions and
// of previews.
absl::Status RemoveAbandonedCalls(Transaction& tx);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_PREDICTION_COMMANDS_H_
