#ifndef TUNESMITH_SERVER_LIFECYCLE_RESOURCE_FIELDS_H_
#define TUNESMITH_SERVER_LIFECYCLE_RESOURCE_FIELDS_H_

#include <string>

#include "google/protobuf/map.h"
#include "server/jobs/field_scope.h"

// Fields that users set and that every resource has.

namespace tunesmith::server {

// An id for a new resource; empty: one is generated.
void CheckNewId(const std::string& field, const std::string& id,
                const FieldScope& scope);

void CheckText(const std::string& field, const std::string& text,
               size_t max_bytes, const FieldScope& scope);

// `display_name` and `labels` of the resource that `scope` is for.
void CheckDisplayName(const std::string& display_name, const FieldScope& scope);
void CheckLabels(const google::protobuf::Map<std::string, std::string>& labels,
                 const FieldScope& scope);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_RESOURCE_FIELDS_H_
