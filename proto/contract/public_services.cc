#include "proto/contract/public_services.h"

#include "tunesmith/v1/audit_service.pb.h"
#include "tunesmith/v1/dataset_service.pb.h"
#include "tunesmith/v1/job_service.pb.h"
#include "tunesmith/v1/model_service.pb.h"
#include "tunesmith/v1/prediction_service.pb.h"
#include "tunesmith/v1/storage_service.pb.h"
#include "tunesmith/v1/worker_service.pb.h"

namespace tunesmith {
namespace {

// The service of the file that declares `Message`.
template <class Message>
const google::protobuf::ServiceDescriptor* ServiceBeside() {
  return Message::descriptor()->file()->service(0);
}

}  // namespace

std::vector<const google::protobuf::ServiceDescriptor*> PublicServices() {
  return {ServiceBeside<v1::ListAuditRecordsRequest>(),
          ServiceBeside<v1::CreateDatasetRequest>(),
          ServiceBeside<v1::CreateJobRequest>(),
          ServiceBeside<v1::ImportModelRequest>(),
          ServiceBeside<v1::PredictRequest>(),
          ServiceBeside<v1::GetStorageRequest>(),
          ServiceBeside<v1::GetWorkerRequest>()};
}

}  // namespace tunesmith
