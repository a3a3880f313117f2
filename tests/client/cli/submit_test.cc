// Jobs and data that are sent.
#include "proto/contract/error.h"
#include "tests/client/cli/command_line_fixture.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(CommandLineTest, SubmitUploadsLocalFilesAndFollows) {
  ServeUploads();
  ServeCreate();
  ServeJob(v1::Job::SUCCEEDED);
  scratch_.Write("train.csv", "text,label\na,b\n");
  std::string file = scratch_.Write(
      "job.json",
      R"({"spec": {"baseModel": "models/m", "data": {"training": "train.csv",
          "test": "datasets/t"}}})");
  EXPECT_EQ(Run({"submit", file, "--seed", "9", "--watch"}), 0) << err();
  EXPECT_EQ(uploaded_["train.csv"], "text,label\na,b\n");
  EXPECT_EQ(created_.job().spec().data().training(), "datasets/of-train.csv");
  EXPECT_EQ(created_.job().spec().data().test(), "datasets/t");
  EXPECT_EQ(created_.job().spec().seed(), 9);
  EXPECT_THAT(out(), AllOf(HasSubstr("submitted jobs/new"),
                           HasSubstr("jobs/new SUCCEEDED")));
  EXPECT_THAT(err(), AllOf(HasSubstr("row 2 is odd"), Not(HasSubstr("\x1b"))));
}

TEST_F(CommandLineTest, DetachedSubmitPrintsTheAnswerAsJson) {
  ServeCreate();
  EXPECT_EQ(Run({"submit", "--model", "m", "--train", "datasets/t", "--freeze",
                 "last:1", "--name", "x", "--json", "--detach"}),
            0);
  EXPECT_EQ(out(), "{\"job\":{\"name\":\"jobs/new\"}}\n");
  EXPECT_EQ(created_.job_id(), "x");
  EXPECT_EQ(created_.job().spec().freeze().last_layers_trainable().count(), 1);
  EXPECT_THAT(created_.request_id(), Not(IsEmpty()));
}

TEST_F(CommandLineTest, RepeatableFlagsDoNotSwallowTheJobFile) {
  ServeCreate();
  std::string file = scratch_.Write("job.json", "{}");
  EXPECT_EQ(
      Run({"submit", "--freeze", "bert.a.*", "--freeze", "bert.b.*", file}), 0)
      << err();
  EXPECT_EQ(created_.job().spec().freeze().patterns().frozen_size(), 2);
}

TEST_F(CommandLineTest, CutUploadIsReported) {
  server_.datasets.upload = [](auto& reader, auto&) {
    v1::UploadDatasetRequest request;
    reader.Read(&request);
    return MakeError(absl::StatusCode::kDataLoss,
                     v1::ERROR_REASON_UPLOAD_INCOMPLETE, "too few bytes");
  };
  std::string file = scratch_.Write("a.csv", "text,label\n");
  EXPECT_EQ(Run({"datasets", "upload", file}), 5);
  EXPECT_THAT(err(), HasSubstr("UPLOAD_INCOMPLETE"));
}

TEST_F(CommandLineTest, MissingFilesAreNotFound) {
  EXPECT_EQ(Run({"datasets", "upload", scratch_ / "none.csv"}), 3);
  EXPECT_EQ(Run({"submit", scratch_ / "none.json"}), 3);
}

}  // namespace
}  // namespace tunesmith::cli
