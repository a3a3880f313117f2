#include "proto/contract/set_fields.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

namespace tunesmith {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

// Of TextFormat: the value of a field that is not repeated.
constexpr int kNotRepeated = -1;

std::string ValueText(const Message& message, const FieldDescriptor& field,
                      int index) {
  const Reflection& reflection = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return index == kNotRepeated
               ? reflection.GetString(message, &field)
               : reflection.GetRepeatedString(message, &field, index);
  }
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintFieldValueToString(message, &field, index, &text);
  // A message ends with the space that another field would follow.
  absl::StripTrailingAsciiWhitespace(&text);
  return text;
}

std::string JoinedText(const Message& message, const FieldDescriptor& field) {
  std::string text;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field);
       ++i) {
    absl::StrAppend(&text, i > 0 ? ", " : "", ValueText(message, field, i));
  }
  return text;
}

void Append(const Message& message, const std::string& path,
            std::vector<SetField>& fields) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  if (set.empty() && !path.empty()) fields.push_back({path, "{}"});
  for (const FieldDescriptor* field : set) {
    std::string name =
        absl::StrCat(path, path.empty() ? "" : ".", field->name());
    if (field->is_repeated()) {
      fields.push_back({std::move(name), JoinedText(message, *field)});
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Append(reflection.GetMessage(message, field), name, fields);
    } else {
      fields.push_back(
          {std::move(name), ValueText(message, *field, kNotRepeated)});
    }
  }
}

}  // namespace

std::vector<SetField> ListSetFields(const Message& message) {
  std::vector<SetField> fields;
  Append(message, "", fields);
  return fields;
}

}  // namespace tunesmith
