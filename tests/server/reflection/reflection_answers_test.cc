#include "server/reflection/reflection_answers.h"

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "gtest/gtest.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::server {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptorProto;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;
using ::testing::Contains;
using ::testing::ElementsAre;

class ReflectionAnswersTest : public ::testing::Test {
 protected:
  // The files of the answer to a symbol.
  std::vector<FileDescriptorProto> FilesOf(const std::string& symbol) {
    request_.set_file_containing_symbol(symbol);
    std::vector<FileDescriptorProto> files;
    ServerReflectionResponse response = answers_.Answer(request_);
    for (const std::string& bytes :
         response.file_descriptor_response().file_descriptor_proto()) {
      files.emplace_back();
      EXPECT_TRUE(files.back().ParseFromString(bytes));
    }
    return files;
  }

  ReflectionAnswers answers_{{"a.Service", "b.Service"}};
  ServerReflectionRequest request_;
};

TEST_F(ReflectionAnswersTest, ListsTheServices) {
  request_.set_host("here");
  request_.set_list_services("*");
  ServerReflectionResponse response = answers_.Answer(request_);
  std::vector<std::string> names;
  for (const auto& service : response.list_services_response().service()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names, ElementsAre("a.Service", "b.Service"));
  EXPECT_EQ(response.valid_host(), "here");
  EXPECT_EQ(response.original_request().list_services(), "*");
}

TEST_F(ReflectionAnswersTest, AFileComesFirstAndWithAllThatItImports) {
  // Linked in.
  ASSERT_NE(v1::GetJobRequest::descriptor(), nullptr);
  std::vector<FileDescriptorProto> files =
      FilesOf("tunesmith.v1.JobService.GetJob");
  ASSERT_FALSE(files.empty());
  EXPECT_EQ(files[0].name(), "tunesmith/v1/job_service.proto");
  // Any order would do to build them: imports may come later.
  std::map<std::string, FileDescriptorProto> by_name;
  for (const FileDescriptorProto& file : files) by_name[file.name()] = file;
  for (const FileDescriptorProto& file : files) {
    for (const std::string& import : file.dependency()) {
      EXPECT_TRUE(by_name.contains(import)) << import;
    }
  }
  EXPECT_TRUE(by_name.contains("google/protobuf/descriptor.proto"));
}

TEST_F(ReflectionAnswersTest, HealthIsKnown) {
  ASSERT_NE(grpc::health::v1::HealthCheckRequest::descriptor(), nullptr);
  EXPECT_EQ(FilesOf("grpc.health.v1.Health").size(), 1);
}

TEST_F(ReflectionAnswersTest, ExtensionsAreFound) {
  request_.set_all_extension_numbers_of_type("google.protobuf.FieldOptions");
  // google.api.field_behavior.
  EXPECT_THAT(answers_.Answer(request_)
                  .all_extension_numbers_response()
                  .extension_number(),
              Contains(1052));
  auto& extension = *request_.mutable_file_containing_extension();
  extension.set_containing_type("google.protobuf.FieldOptions");
  extension.set_extension_number(1052);
  EXPECT_TRUE(answers_.Answer(request_).has_file_descriptor_response());
}

TEST_F(ReflectionAnswersTest, WhatIsNotKnownIsSaid) {
  request_.set_file_containing_symbol("tunesmith.v1.Nothing");
  EXPECT_EQ(answers_.Answer(request_).error_response().error_code(), 5);
  request_.set_file_by_filename("nothing.proto");
  EXPECT_EQ(answers_.Answer(request_).error_response().error_code(), 5);
  request_.set_all_extension_numbers_of_type("Nothing");
  EXPECT_EQ(answers_.Answer(request_).error_response().error_code(), 5);
  request_.clear_message_request();
  EXPECT_EQ(answers_.Answer(request_).error_response().error_code(), 3);
}

}  // namespace
}  // namespace tunesmith::server
