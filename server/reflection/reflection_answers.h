#ifndef TUNESMITH_SERVER_REFLECTION_REFLECTION_ANSWERS_H_
#define TUNESMITH_SERVER_REFLECTION_REFLECTION_ANSWERS_H_

#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.pb.h"

namespace tunesmith::server {

// What reflection says of the contracts that this program is linked with.
// Immutable; thread-safe.
class ReflectionAnswers {
 public:
  // `services`: full names of those that are served.
  explicit ReflectionAnswers(std::vector<std::string> services)
      : services_(std::move(services)) {}

  grpc::reflection::v1::ServerReflectionResponse Answer(
      const grpc::reflection::v1::ServerReflectionRequest& request) const;

 private:
  const std::vector<std::string> services_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_REFLECTION_REFLECTION_ANSWERS_H_
