#ifndef TUNESMITH_SERVER_REFLECTION_REFLECTION_SERVICE_H_
#define TUNESMITH_SERVER_REFLECTION_REFLECTION_SERVICE_H_

#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "server/reflection/reflection_answers.h"

// gRPC's server reflection, in both of its versions, which differ in their
// names alone. The library's own one keeps a thread for every stream.
// Thread-safe; no method blocks.

namespace tunesmith::server {

class ReflectionService final
    : public grpc::reflection::v1::ServerReflection::CallbackService {
 public:
  // Not owned.
  explicit ReflectionService(const ReflectionAnswers* answers)
      : answers_(answers) {}

  grpc::ServerBidiReactor<grpc::reflection::v1::ServerReflectionRequest,
                          grpc::reflection::v1::ServerReflectionResponse>*
  ServerReflectionInfo(grpc::CallbackServerContext* context) override;

 private:
  const ReflectionAnswers* const answers_;
};

class AlphaReflectionService final
    : public grpc::reflection::v1alpha::ServerReflection::CallbackService {
 public:
  // Not owned.
  explicit AlphaReflectionService(const ReflectionAnswers* answers)
      : answers_(answers) {}

  grpc::ServerBidiReactor<grpc::reflection::v1alpha::ServerReflectionRequest,
                          grpc::reflection::v1alpha::ServerReflectionResponse>*
  ServerReflectionInfo(grpc::CallbackServerContext* context) override;

 private:
  const ReflectionAnswers* const answers_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_REFLECTION_REFLECTION_SERVICE_H_
