#include "server/guard/request_rules.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "google/protobuf/unknown_field_set.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/base/visible_text.h"
#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kNoIndex = -1;
// Beyond what one answer tells, there is no use in going on.
constexpr size_t kMaxViolations = 64;
constexpr size_t kMaxShownKeyBytes = 64;

// Where a walk is; made into text for a violation only.
struct Place {
  const Place* parent = nullptr;
  std::string_view name;
  int index = kNoIndex;

  std::string Text() const {
    std::string text = parent == nullptr ? "" : parent->Text();
    if (name.empty()) return text;
    absl::StrAppend(&text, text.empty() ? "" : ".", std::string(name));
    if (index != kNoIndex) absl::StrAppend(&text, "[", index, "]");
    return text;
  }
};

size_t BytesOf(const Message& message, const FieldDescriptor& field) {
  std::string scratch;
  return message.GetReflection()
      ->GetStringReference(message, &field, &scratch)
      .size();
}

}  // namespace

// Looks at one request.
class RequestWalk {
 public:
  void Visit(const Message& message, const RequestRules::MessageRules& rules,
             const Place& place) {
    CheckUnknown(message, place);
    for (const RequestRules::FieldRule& rule : rules.fields) {
      if (violations_.size() >= kMaxViolations) return;
      const Reflection& reflection = *message.GetReflection();
      const Place at = {.parent = &place, .name = rule.field->name()};
      if (rule.field->is_repeated()) {
        VisitRepeated(message, rule, at);
      } else if (rule.inner == nullptr) {
        CheckBytes(BytesOf(message, *rule.field), rule.limits.max_bytes, at);
      } else if (reflection.HasField(message, rule.field)) {
        Visit(reflection.GetMessage(message, rule.field), *rule.inner, at);
      }
    }
  }

  absl::Status ToStatus() const {
    return violations_.empty() ? absl::OkStatus()
                               : InvalidFieldsError(violations_);
  }

 private:
  void VisitRepeated(const Message& message,
                     const RequestRules::FieldRule& rule, const Place& at) {
    const Reflection& reflection = *message.GetReflection();
    const int count = reflection.FieldSize(message, rule.field);
    if (count > rule.limits.max_entries) {
      violations_.push_back(
          {at.Text(), absl::StrCat("must be at most ", rule.limits.max_entries,
                                   " entries, got: ", count)});
      return;
    }
    for (int i = 0; i < count && violations_.size() < kMaxViolations; ++i) {
      const Place entry = {.parent = at.parent, .name = at.name, .index = i};
      if (rule.field->is_map()) {
        CheckMapEntry(reflection.GetRepeatedMessage(message, rule.field, i),
                      rule, at);
      } else if (rule.inner != nullptr) {
        Visit(reflection.GetRepeatedMessage(message, rule.field, i),
              *rule.inner, entry);
      } else if (rule.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        std::string scratch;
        CheckBytes(
            reflection
                .GetRepeatedStringReference(message, rule.field, i, &scratch)
                .size(),
            rule.limits.max_bytes, entry);
      }
    }
  }

  // Of a map from texts to texts: the API has no others.
  void CheckMapEntry(const Message& entry, const RequestRules::FieldRule& rule,
                     const Place& at) {
    const FieldDescriptor& key = *entry.GetDescriptor()->map_key();
    const FieldDescriptor& value = *entry.GetDescriptor()->map_value();
    std::string scratch;
    const std::string& text =
        entry.GetReflection()->GetStringReference(entry, &key, &scratch);
    const std::string where = absl::StrCat(
        std::string(at.name), "[\"",
        VisibleText(CutAtCharacter(text, kMaxShownKeyBytes)), "\"]");
    const Place named = {.parent = at.parent, .name = where};
    if (text.size() > rule.limits.max_key_bytes) {
      violations_.push_back(
          {named.Text(),
           absl::StrCat("a key must be at most ", rule.limits.max_key_bytes,
                        " bytes, got: ", text.size())});
    }
    CheckBytes(BytesOf(entry, value), rule.limits.max_bytes, named);
  }

  void CheckBytes(size_t bytes, size_t max_bytes, const Place& at) {
    if (bytes <= max_bytes) return;
    violations_.push_back(
        {at.Text(),
         absl::StrCat("must be at most ", max_bytes, " bytes, got: ", bytes)});
  }

  void CheckUnknown(const Message& message, const Place& place) {
    const google::protobuf::UnknownFieldSet& unknown =
        message.GetReflection()->GetUnknownFields(message);
    if (unknown.empty()) return;
    const std::string number = absl::StrCat(unknown.field(0).number());
    const Place at = {.parent = &place, .name = number};
    violations_.push_back(
        {at.Text(),
         absl::StrCat("no field of ", message.GetDescriptor()->full_name(),
                      " has the number ", number,
                      ": the client is newer than this server, or uses another "
                      "contract")});
  }

  std::vector<FieldViolation> violations_;
};

RequestRules::RequestRules(
    const std::vector<const google::protobuf::ServiceDescriptor*>& services) {
  for (const google::protobuf::ServiceDescriptor* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      Learn(*service->method(i)->input_type());
    }
  }
}

const RequestRules::MessageRules* RequestRules::Learn(
    const Descriptor& message) {
  // References into it stay while it grows.
  auto [found, added] = rules_.try_emplace(&message);
  MessageRules& rules = found->second;
  if (!added) return &rules;
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (!IsRead(field)) continue;
    const bool holds_messages =
        field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_map();
    if (!holds_messages && !NeedsLimits(field)) continue;
    rules.fields.push_back(
        {.field = &field,
         .limits = LimitsOf(field).value_or(FieldLimits()),
         .inner = holds_messages ? Learn(*field.message_type()) : nullptr});
  }
  return &rules;
}

absl::Status RequestRules::Check(const Message& request) const {
  auto found = rules_.find(request.GetDescriptor());
  if (found == rules_.end()) return absl::OkStatus();
  RequestWalk walk;
  walk.Visit(request, found->second, Place());
  return walk.ToStatus();
}

}  // namespace tunesmith::server
