#include "server/workers/hello_check.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"

namespace tunesmith::server {
namespace {

constexpr int kMaxSlots = 64;
constexpr size_t kMaxTextBytes = 256;

using Violations = std::vector<FieldViolation>;

void CheckText(const std::string& field, const std::string& text,
               Violations& violations) {
  if (text.size() <= kMaxTextBytes) return;
  violations.push_back(
      {field, absl::StrCat("must be at most ", kMaxTextBytes, " bytes")});
}

void CheckSlot(const std::string& path, const v1::Slot& slot,
               Violations& violations) {
  if (slot.index() < 0) {
    violations.push_back({path + ".index", "must be at least 0"});
  }
  if (!v1::Slot::Purpose_IsValid(slot.purpose()) ||
      slot.purpose() == v1::Slot::PURPOSE_UNSPECIFIED) {
    violations.push_back(
        {path + ".purpose", "must be TRAINING, AUXILIARY or PREDICTION"});
  }
  if (slot.device_kind() != v1::Resources::CPU &&
      slot.device_kind() != v1::Resources::CUDA) {
    violations.push_back({path + ".device_kind", "must be CPU or CUDA"});
  }
  CheckText(path + ".device", slot.device(), violations);
  CheckText(path + ".device_name", slot.device_name(), violations);
  CheckText(path + ".device_uuid", slot.device_uuid(), violations);
  CheckText(path + ".compute_capability", slot.compute_capability(),
            violations);
  if (slot.device_memory_bytes() < 0) {
    violations.push_back({path + ".device_memory_bytes", "must be at least 0"});
  }
}

// Workers of earlier releases have none.
bool IsInstanceId(const std::string& id) {
  return id.size() <= 64 &&
         id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void CheckSlots(const internal::v1::Hello& hello, Violations& violations) {
  if (hello.slots_size() > kMaxSlots) {
    violations.push_back(
        {"slots", absl::StrCat("must be at most ", kMaxSlots,
                               ", got: ", hello.slots_size())});
    return;
  }
  std::set<int> indexes;
  for (int i = 0; i < hello.slots_size(); ++i) {
    std::string path = absl::StrCat("slots[", i, "]");
    CheckSlot(path, hello.slots(i), violations);
    if (!indexes.insert(hello.slots(i).index()).second) {
      violations.push_back(
          {path + ".index", absl::StrCat("must be unique on the worker, got: ",
                                         hello.slots(i).index(), " again")});
    }
  }
}

}  // namespace

absl::Status CheckHello(const internal::v1::Hello& hello) {
  if (hello.min_protocol() > kSessionProtocol ||
      hello.max_protocol() < kSessionProtocol) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INVALID_FIELD,
        absl::StrCat("no protocol version in common: the server speaks ",
                     kSessionProtocol, ", the worker ", hello.min_protocol(),
                     " to ", hello.max_protocol(),
                     "; run server and worker of the same release"));
  }
  Violations violations;
  if (!IsResourceId(hello.worker_id())) {
    violations.push_back({"worker_id", kResourceIdRule});
  }
  if (hello.boot_id() <= 0) {
    violations.push_back({"boot_id", "must be above 0"});
  }
  CheckText("build", hello.build(), violations);
  if (!IsInstanceId(hello.instance_id())) {
    violations.push_back({"instance_id", "must be at most 64 of [0-9a-f]"});
  }
  CheckSlots(hello, violations);
  if (!violations.empty()) return InvalidFieldsError(violations);
  return absl::OkStatus();
}

}  // namespace tunesmith::server
