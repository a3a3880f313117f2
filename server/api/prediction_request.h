#ifndef TUNESMITH_SERVER_API_PREDICTION_REQUEST_H_
#define TUNESMITH_SERVER_API_PREDICTION_REQUEST_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/predictions/prediction_desk.h"
#include "server/store/store.h"
#include "tunesmith/v1/prediction_service.pb.h"

namespace tunesmith::server {

// A model that can be asked, and of what.
struct AskedModel {
  PredictionModel key;
  bool takes_images = false;
  int label_count = 0;
};

// `models/{model}` of a request. INVALID_ARGUMENT (INVALID_FIELD;
// TASK_NOT_SUPPORTED), and the errors of GetReadyModel.
absl::StatusOr<AskedModel> FindAskedModel(Connection& db,
                                          const std::string& tenant,
                                          const std::string& name);

// Every problem of the samples. INVALID_ARGUMENT (INVALID_FIELD).
absl::Status CheckSamples(const AskedModel& model,
                          const v1::PredictRequest& request);

// What the desk is asked for where the request leaves `top_k` open.
int TopK(const AskedModel& model, const v1::PredictRequest& request);

// DEADLINE_EXCEEDED (NO_WORKER_IN_TIME).
absl::Status NoAnswerInTime(absl::Duration waited);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_PREDICTION_REQUEST_H_
