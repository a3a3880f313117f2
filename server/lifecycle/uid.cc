#include "server/lifecycle/uid.h"

#include <cstdint>
#include <random>

#include "absl/strings/str_cat.h"

namespace tunesmith::server {

std::string RandomUid() {
  std::random_device device;
  std::string uid;
  for (int i = 0; i < 4; ++i) {
    uint32_t word = device();
    absl::StrAppend(&uid, absl::Hex(word, absl::kZeroPad8));
  }
  return uid;
}

std::string GeneratedId(ResourceKind kind, const std::string& uid) {
  return std::string(TypeOf(kind)) + "-" + uid.substr(0, 8);
}

}  // namespace tunesmith::server
