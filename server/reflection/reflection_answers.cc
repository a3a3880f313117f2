#include "server/reflection/reflection_answers.h"

#include <set>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpcpp/support/status.h"

namespace tunesmith::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1::ErrorResponse;
using grpc::reflection::v1::ExtensionNumberResponse;
using grpc::reflection::v1::FileDescriptorResponse;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

void Refuse(grpc::StatusCode code, const char* message,
            ServerReflectionResponse& response) {
  ErrorResponse& error = *response.mutable_error_response();
  error.set_error_code(code);
  error.set_error_message(message);
}

// A file behind all that it imports.
void AddFile(const FileDescriptor& file, std::set<const FileDescriptor*>& added,
             FileDescriptorResponse& files) {
  if (!added.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) {
    AddFile(*file.dependency(i), added, files);
  }
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  files.add_file_descriptor_proto(proto.SerializeAsString());
}

void AnswerFile(const FileDescriptor* file,
                ServerReflectionResponse& response) {
  if (file == nullptr) {
    return Refuse(grpc::StatusCode::NOT_FOUND, "not known here", response);
  }
  std::set<const FileDescriptor*> added;
  FileDescriptorResponse& files = *response.mutable_file_descriptor_response();
  AddFile(*file, added, files);
  // Readers expect the file itself first.
  files.mutable_file_descriptor_proto()->SwapElements(
      0, files.file_descriptor_proto_size() - 1);
}

void AnswerExtension(const DescriptorPool& pool,
                     const grpc::reflection::v1::ExtensionRequest& request,
                     ServerReflectionResponse& response) {
  const Descriptor* type =
      pool.FindMessageTypeByName(request.containing_type());
  const FieldDescriptor* field =
      type == nullptr
          ? nullptr
          : pool.FindExtensionByNumber(type, request.extension_number());
  AnswerFile(field == nullptr ? nullptr : field->file(), response);
}

void AnswerExtensionNumbers(const DescriptorPool& pool,
                            const std::string& type_name,
                            ServerReflectionResponse& response) {
  const Descriptor* type = pool.FindMessageTypeByName(type_name);
  if (type == nullptr) {
    return Refuse(grpc::StatusCode::NOT_FOUND, "not known here", response);
  }
  ExtensionNumberResponse& numbers =
      *response.mutable_all_extension_numbers_response();
  numbers.set_base_type_name(type_name);
  std::vector<const FieldDescriptor*> extensions;
  pool.FindAllExtensions(type, &extensions);
  for (const FieldDescriptor* extension : extensions) {
    numbers.add_extension_number(extension->number());
  }
}

}  // namespace

ServerReflectionResponse ReflectionAnswers::Answer(
    const ServerReflectionRequest& request) const {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kListServices:
      for (const std::string& service : services_) {
        response.mutable_list_services_response()->add_service()->set_name(
            service);
      }
      break;
    case ServerReflectionRequest::kFileByFilename:
      AnswerFile(pool.FindFileByName(request.file_by_filename()), response);
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      AnswerFile(
          pool.FindFileContainingSymbol(request.file_containing_symbol()),
          response);
      break;
    case ServerReflectionRequest::kFileContainingExtension:
      AnswerExtension(pool, request.file_containing_extension(), response);
      break;
    case ServerReflectionRequest::kAllExtensionNumbersOfType:
      AnswerExtensionNumbers(pool, request.all_extension_numbers_of_type(),
                             response);
      break;
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      Refuse(grpc::StatusCode::INVALID_ARGUMENT, "asks for nothing known here",
             response);
      break;
  }
  return response;
}

}  // namespace tunesmith::server
