// Other languages generate from what this writes.
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.pb.h"
#include "proto/contract/public_services.h"
#include "tests/client/cli/command_line_fixture.h"

namespace tunesmith::cli {
namespace {

using ::testing::HasSubstr;

class ExportProtosTest : public CommandLineTest {};

TEST_F(ExportProtosTest, WhatIsWrittenIsTheWholeContract) {
  const std::string directory = scratch_ / "deep/protos";
  ASSERT_EQ(Run({"export-protos", directory}), 0) << err();
  // What every compiler brings along.
  EXPECT_FALSE(std::filesystem::exists(directory + "/google/protobuf"));
  const std::string compiled = scratch_ / "compiled";
  ASSERT_EQ(std::system(
                absl::StrCat("cd ", directory,
                             " && " TUNESMITH_PROTOC " -I . --include_imports "
                             "--descriptor_set_out=",
                             compiled, " tunesmith/v1/*.proto google/*/*.proto")
                    .c_str()),
            0);
  google::protobuf::FileDescriptorSet files;
  ASSERT_TRUE(files.ParseFromString(testing::Content(compiled)));
  google::protobuf::DescriptorPool pool;
  for (const google::protobuf::FileDescriptorProto& file : files.file()) {
    ASSERT_NE(pool.BuildFile(file), nullptr) << file.name();
  }
  for (const google::protobuf::ServiceDescriptor* service : PublicServices()) {
    const google::protobuf::FileDescriptor* file =
        pool.FindFileByName(service->file()->name());
    ASSERT_NE(file, nullptr) << service->file()->name();
    google::protobuf::FileDescriptorProto ours;
    google::protobuf::FileDescriptorProto theirs;
    service->file()->CopyTo(&ours);
    file->CopyTo(&theirs);
    // The compiler writes what follows from the names.
    service->file()->CopyJsonNameTo(&ours);
    file->CopyJsonNameTo(&theirs);
    EXPECT_EQ(theirs.SerializeAsString(), ours.SerializeAsString());
  }
  EXPECT_NE(pool.FindMessageTypeByName("google.rpc.BadRequest"), nullptr);
  EXPECT_THAT(testing::Content(directory + "/buf.yaml"), HasSubstr("version:"));
  // With the comments.
  EXPECT_THAT(testing::Content(directory + "/tunesmith/v1/job_service.proto"),
              HasSubstr("// Stores a job and queues it."));
}

TEST_F(ExportProtosTest, NothingIsOverwritten) {
  scratch_.Write("mine", "x");
  EXPECT_NE(Run({"export-protos", scratch_.path()}), 0);
  EXPECT_THAT(err(), HasSubstr("not an empty directory"));
  EXPECT_NE(Run({"export-protos", scratch_ / "mine"}), 0);
  EXPECT_EQ(testing::Content(scratch_ / "mine"), "x");
}

}  // namespace
}  // namespace tunesmith::cli
