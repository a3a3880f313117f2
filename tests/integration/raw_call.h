#ifndef TUNESMITH_TESTS_INTEGRATION_RAW_CALL_H_
#define TUNESMITH_TESTS_INTEGRATION_RAW_CALL_H_

#include <memory>
#include <string>

#include "grpcpp/grpcpp.h"

namespace tunesmith::testing {

// Sends one serialized message to a method by name and returns the first
// serialized answer: for services whose generated code is not at hand. Fails
// the test when there is none.
std::string RawBidiCall(const std::shared_ptr<grpc::Channel>& channel,
                        const std::string& method, const std::string& request);

// Sends one message, whatever its bytes, as the only one, and returns how the
// call ended. Works for every kind of method.
grpc::Status RawStatus(
    const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
    const std::string& request,
    grpc_compression_algorithm compression = GRPC_COMPRESS_NONE);

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_INTEGRATION_RAW_CALL_H_
