#ifndef TUNESMITH_PROTO_CONTRACT_FIELD_LIMITS_H_
#define TUNESMITH_PROTO_CONTRACT_FIELD_LIMITS_H_

#include <cstddef>
#include <optional>

#include "google/protobuf/descriptor.h"

namespace tunesmith {

// How much one field of a request may hold. Whatever a field holds is kept and
// shown to everybody who lists, so that none is without limits; the rules of a
// field may be narrower.
struct FieldLimits {
  // Of a string or of bytes; of each entry, where the field is repeated; of
  // each value of a map.
  size_t max_bytes = 0;
  // Of each key of a map.
  size_t max_key_bytes = 0;
  // Of a repeated field or a map.
  int max_entries = 0;
};

// Whether `field` can hold any amount: strings, bytes, maps, repeated fields.
bool NeedsLimits(const google::protobuf::FieldDescriptor& field);

// Whether the server looks at `field` of a request: not where it is output
// only, but for those few that say which resource is meant.
bool IsRead(const google::protobuf::FieldDescriptor& field);

// The limits of a field that needs some; nullopt where nobody gave it any,
// which a test finds.
std::optional<FieldLimits> LimitsOf(
    const google::protobuf::FieldDescriptor& field);

// How many bytes a message of this type may have in all.
size_t MaxMessageBytes(const google::protobuf::Descriptor& message);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_FIELD_LIMITS_H_
