#include "server/api/prediction_service.h"

#include "server/api/identity.h"
#include "server/api/predict_reactor.h"
#include "server/api/predict_stream_reactor.h"

namespace tunesmith::server {

grpc::ServerUnaryReactor* PredictionService::Predict(
    grpc::CallbackServerContext* context, const v1::PredictRequest* request,
    v1::PredictResponse* response) {
  return PredictReactor::Start(api_, TenantOf(*context), *request, response);
}

grpc::ServerBidiReactor<v1::PredictRequest, v1::PredictResponse>*
PredictionService::PredictStream(grpc::CallbackServerContext* context) {
  return PredictStreamReactor::Start(api_, TenantOf(*context));
}

}  // namespace tunesmith::server
