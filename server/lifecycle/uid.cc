#include "server/lifecycle/uid.h"

#include <cstdint>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace tunesmith::server {

std::string NewUid() {
  static_assert(std::random_device::max() == 0xffffffff);
  thread_local std::random_device device;
  const uint64_t milliseconds =
      static_cast<uint64_t>(absl::ToUnixMillis(absl::Now())) & 0xffffffffffff;
  return absl::StrCat(absl::Hex(milliseconds, absl::kZeroPad12),
                      absl::Hex(device() & 0xffff, absl::kZeroPad4),
                      absl::Hex(device(), absl::kZeroPad8),
                      absl::Hex(device(), absl::kZeroPad8));
}

std::string GeneratedId(ResourceKind kind, const std::string& uid) {
  return std::string(TypeOf(kind)) + "-" + uid.substr(0, 22);
}

}  // namespace tunesmith::server
