#ifndef TUNESMITH_SERVER_API_PREDICTION_SERVICE_H_
#define TUNESMITH_SERVER_API_PREDICTION_SERVICE_H_

#include "server/api/context.h"
#include "tunesmith/v1/prediction_service.grpc.pb.h"

namespace tunesmith::server {

// tunesmith.v1.PredictionService. Thread-safe; no method blocks.
class PredictionService final : public v1::PredictionService::CallbackService {
 public:
  explicit PredictionService(const ApiContext& api) : api_(api) {}

  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context,
                                    const v1::PredictRequest* request,
                                    v1::PredictResponse* response) override;
  grpc::ServerBidiReactor<v1::PredictRequest, v1::PredictResponse>*
  PredictStream(grpc::CallbackServerContext* context) override;

 private:
  const ApiContext api_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_PREDICTION_SERVICE_H_
