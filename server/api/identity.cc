#include "server/api/identity.h"

#include "proto/contract/base/utf8.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxPrincipalBytes = 256;

std::string PrincipalOf(const grpc::CallbackServerContext& context) {
  std::shared_ptr<const grpc::AuthContext> auth = context.auth_context();
  if (auth == nullptr) return "";
  for (const grpc::string_ref& name : auth->GetPeerIdentity()) {
    std::string text = ToUtf8(std::string_view(name.data(), name.size()));
    return std::string(CutAtCharacter(text, kMaxPrincipalBytes));
  }
  return "";
}

}  // namespace

std::string TenantOf(const grpc::CallbackServerContext& context) {
  return "default";
}

Caller CallerOf(const grpc::CallbackServerContext& context) {
  return {.tenant = TenantOf(context),
          .principal = PrincipalOf(context),
          .peer = context.peer()};
}

}  // namespace tunesmith::server
