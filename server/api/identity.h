#ifndef TUNESMITH_SERVER_API_IDENTITY_H_
#define TUNESMITH_SERVER_API_IDENTITY_H_

#include <string>

#include "grpcpp/server_context.h"
#include "server/lifecycle/mutation.h"

namespace tunesmith::server {

// Whose resources a call sees. Without authentication everybody is the tenant
// "default"; this is the one place that knows.
std::string TenantOf(const grpc::CallbackServerContext& context);

// Who makes a change.
Caller CallerOf(const grpc::CallbackServerContext& context);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_IDENTITY_H_
