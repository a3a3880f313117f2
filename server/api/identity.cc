#include "server/api/identity.h"

namespace tunesmith::server {

std::string TenantOf(const grpc::CallbackServerContext& context) {
  return "default";
}

}  // namespace tunesmith::server
