#ifndef TUNESMITH_SERVER_GUARD_REQUEST_RULES_H_
#define TUNESMITH_SERVER_GUARD_REQUEST_RULES_H_

#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "proto/contract/field_limits.h"

namespace tunesmith::server {

// What holds for every request, whatever its method makes of it: no field has
// more than LimitsOf says, and there is none that this server does not know, as
// whoever sets it counts on it. Immutable after construction; thread-safe.
class RequestRules {
 public:
  // For what the methods of `services` take. A field without limits is a
  // defect, which a test finds, and may hold nothing.
  explicit RequestRules(
      const std::vector<const google::protobuf::ServiceDescriptor*>& services);
  RequestRules(const RequestRules&) = delete;
  RequestRules& operator=(const RequestRules&) = delete;

  // INVALID_ARGUMENT (INVALID_FIELD) with the path of each field that breaks
  // them. Messages of other types pass.
  absl::Status Check(const google::protobuf::Message& request) const;

 private:
  friend class RequestWalk;

  struct MessageRules;
  // A field that can hold any amount or is a message; others need no look.
  struct FieldRule {
    const google::protobuf::FieldDescriptor* field = nullptr;
    FieldLimits limits;
    // Of the messages in it; null where it has none.
    const MessageRules* inner = nullptr;
  };
  struct MessageRules {
    std::vector<FieldRule> fields;
  };

  const MessageRules* Learn(const google::protobuf::Descriptor& message);

  std::unordered_map<const google::protobuf::Descriptor*, MessageRules> rules_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_GUARD_REQUEST_RULES_H_
