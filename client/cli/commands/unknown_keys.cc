#include "client/cli/commands/unknown_keys.h"

#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/render/printable.h"
#include "proto/contract/base/nearest_name.h"

namespace tunesmith::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Struct;
using google::protobuf::Value;

// Protobuf JSON takes both names of a field.
const FieldDescriptor* FieldOf(const Descriptor& type, const std::string& key) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.json_name() == key || field.name() == key) return &field;
  }
  return nullptr;
}

// Whether JSON has an object of fields for it: maps have keys of their own, and
// Protobuf's own types other forms.
bool HasFields(const FieldDescriptor& field) {
  return field.message_type() != nullptr && !field.is_map() &&
         field.message_type()->file()->package() != "google.protobuf";
}

// Paths below `type`, by the names of what they end with; the shortest one
// where several do.
void CollectPaths(const Descriptor& type, bool snake_case,
                  const std::string& path, std::set<const Descriptor*>& above,
                  std::map<std::string, std::string>& paths) {
  if (!above.insert(&type).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string& name = snake_case ? field.name() : field.json_name();
    const std::string below =
        path.empty() ? name : absl::StrCat(path, ".", name);
    std::string& known = paths[name];
    if (known.empty() || below.size() < known.size()) known = below;
    if (HasFields(field)) {
      CollectPaths(*field.message_type(), snake_case, below, above, paths);
    }
  }
  above.erase(&type);
}

std::string Hint(const std::string& key, const Descriptor& type) {
  std::map<std::string, std::string> paths;
  std::set<const Descriptor*> above;
  const bool snake_case = key.find('_') != std::string::npos;
  CollectPaths(type, snake_case, "", above, paths);
  std::vector<std::string> near;
  std::vector<std::string> all;
  for (const auto& [name, path] : paths) {
    if (name == path) near.push_back(name);
    all.push_back(name);
  }
  std::string meant = NearestName(key, near);
  if (meant.empty()) meant = NearestName(key, all);
  return meant.empty() ? ""
                       : absl::StrCat(" (did you mean ", paths[meant], "?)");
}

std::string UnknownKeyAt(const Struct& object, const Descriptor& type,
                         const std::string& path);

std::string UnknownKeyIn(const Value& value, const Descriptor& type,
                         const std::string& path) {
  if (value.has_struct_value()) {
    return UnknownKeyAt(value.struct_value(), type, path);
  }
  for (int i = 0; i < value.list_value().values_size(); ++i) {
    std::string unknown = UnknownKeyIn(value.list_value().values(i), type,
                                       absl::StrCat(path, "[", i, "]"));
    if (!unknown.empty()) return unknown;
  }
  return "";
}

std::string UnknownKeyAt(const Struct& object, const Descriptor& type,
                         const std::string& path) {
  const std::map<std::string, Value> sorted(object.fields().begin(),
                                            object.fields().end());
  for (const auto& [key, value] : sorted) {
    const std::string at =
        path.empty() ? Printable(key) : absl::StrCat(path, ".", Printable(key));
    const FieldDescriptor* field = FieldOf(type, key);
    if (field == nullptr) {
      return absl::StrCat(at, ": ", type.name(), " has no such field",
                          Hint(key, type));
    }
    if (!HasFields(*field)) continue;
    std::string unknown = UnknownKeyIn(value, *field->message_type(), at);
    if (!unknown.empty()) return unknown;
  }
  return "";
}

}  // namespace

std::string UnknownKey(const Struct& object, const Descriptor& type) {
  return UnknownKeyAt(object, type, "");
}

}  // namespace tunesmith::cli
