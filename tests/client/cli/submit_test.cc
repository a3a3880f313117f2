// Jobs and data that are sent.
#include <filesystem>

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

TEST_F(CommandLineTest, AFolderOfTablesIsUploadedBySplit) {
  ServeUploads();
  ServeCreate();
  std::filesystem::create_directory(scratch_ / "d");
  scratch_.Write("d/train.csv", "text,label\na,b\n");
  scratch_.Write("d/Dev.csv.gz", "z");
  scratch_.Write("d/test-00000-of-00001.parquet", "p");
  scratch_.Write("d/README.md", "about");
  scratch_.Write("d/extra.csv", "e");
  scratch_.Write("d/.hidden", "h");
  EXPECT_EQ(Run({"submit", "--model", "m", "--data", scratch_ / "d"}), 0)
      << err();
  const v1::JobSpec& spec = created_.job().spec();
  EXPECT_TRUE(spec.task().has_text_classification());
  EXPECT_EQ(spec.data().training(), "datasets/of-train.csv");
  EXPECT_EQ(spec.data().validation(), "datasets/of-Dev.csv.gz");
  EXPECT_EQ(spec.data().test(), "datasets/of-test-00000-of-00001.parquet");
  EXPECT_THAT(err(), HasSubstr("not used of " + scratch_ / "d" +
                               ": extra.csv, README.md"));
  EXPECT_EQ(uploaded_.size(), 3u);

  // What flags say comes first, and what it replaces is told.
  EXPECT_EQ(Run({"submit", "--model", "m", "--train", scratch_ / "d", "--test",
                 "datasets/t"}),
            0)
      << err();
  EXPECT_EQ(created_.job().spec().data().test(), "datasets/t");
  EXPECT_THAT(err(), HasSubstr("test-00000-of-00001.parquet"));
}

TEST_F(CommandLineTest, AFolderThatCanMeanSeveralThingsIsRefused) {
  ServeUploads();
  ServeCreate();
  std::filesystem::create_directory(scratch_ / "d");
  scratch_.Write("d/a.csv", "x");
  auto refused = [this] {
    int code = Run({"submit", "--model", "m", "--data", scratch_ / "d"});
    EXPECT_EQ(code, 2);
    return err();
  };
  EXPECT_THAT(refused(), HasSubstr("none is named train: a.csv"));
  scratch_.Write("d/train.csv", "x");
  scratch_.Write("d/training.jsonl", "x");
  EXPECT_THAT(refused(), HasSubstr("two tables for one split, train.csv and "
                                   "training.jsonl"));
  std::filesystem::remove(scratch_ / "d/training.jsonl");
  std::filesystem::create_directory(scratch_ / "d/cats");
  EXPECT_THAT(refused(), HasSubstr("pictures or folders beside tables"));
  EXPECT_TRUE(uploaded_.empty());
}

TEST_F(CommandLineTest, AFolderOfPicturesIsOneArchive) {
  ServeUploads();
  ServeCreate();
  for (const char* folder :
       {"d", "d/train", "d/train/ants", "d/val", "d/val/ants", "d/val/bees"}) {
    std::filesystem::create_directory(scratch_ / folder);
  }
  scratch_.Write("d/train/ants/1.jpg", "1");
  scratch_.Write("d/val/ants/2.jpg", "2");
  EXPECT_EQ(Run({"submit", "--model", "m", "--data", scratch_ / "d"}), 0)
      << err();
  EXPECT_TRUE(created_.job().spec().task().has_image_classification());
  EXPECT_EQ(created_.job().spec().data().training(), "datasets/of-d.tar");
  EXPECT_FALSE(created_.job().spec().data().has_split_column());
  EXPECT_THAT(err(), HasSubstr("holds no file and is left out: val/bees"));
}

TEST_F(CommandLineTest, FormatFlagsAreForWhatSubmitUploads) {
  ServeUploads();
  ServeCreate();
  std::string file = scratch_.Write("spam.csv", "v1;v2\n");
  EXPECT_EQ(Run({"submit", "--model", "m", "--train", file, "--delimiter", ";",
                 "--encoding", "Windows-1252", "--quoted", "false"}),
            0)
      << err();
  EXPECT_EQ(formats_["spam.csv"].ShortDebugString(),
            "delimiter: \";\" quoted: false encoding: WINDOWS_1252");
  EXPECT_EQ(Run({"submit", "--model", "m", "--train", "datasets/t",
                 "--encoding", "latin-1"}),
            2);
  EXPECT_THAT(err(), HasSubstr("all data are datasets that were read already"));
  EXPECT_EQ(
      Run({"submit", "--model", "m", "--train", file, "--encoding", "ebcdic"}),
      2);
}

TEST_F(CommandLineTest, FlagsOfTheTrainingReachTheSpec) {
  ServeCreate();
  EXPECT_EQ(Run({"submit",     "--model",
                 "m",          "--train",
                 "datasets/t", "--class-weights",
                 "spam=3",     "--class-weights",
                 "ham=1",      "--label-smoothing",
                 "0.1",        "--primary-metric",
                 "macro-f1",   "--early-stopping",
                 "2",          "--keep-best",
                 "true",       "--malformed-rows",
                 "drop",       "--max-dropped-fraction",
                 "0.05",       "--label-normalization",
                 "trim",       "--split-column",
                 "part",       "--checkpoint-retention",
                 "12h"}),
            0)
      << err();
  const v1::JobSpec& spec = created_.job().spec();
  EXPECT_EQ(
      spec.task().text_classification().class_weights().table().weights_size(),
      2);
  EXPECT_TRUE(spec.evaluation().keep_best());
  EXPECT_EQ(spec.data().split_column(), "part");
  EXPECT_EQ(spec.checkpoints().retention().seconds(), 12 * 3600);
  EXPECT_EQ(Run({"submit", "--model", "m", "--primary-metric", "f1"}), 2);
}

TEST_F(CommandLineTest, SubmitsHelpIsInGroups) {
  EXPECT_EQ(Run({"submit", "--help"}), 0);
  EXPECT_THAT(out(), AllOf(HasSubstr("Model and data:"),
                           HasSubstr("Reading of files that are uploaded:"),
                           HasSubstr("Rows that cannot be used:"),
                           HasSubstr("Training:"), HasSubstr("Device:"),
                           HasSubstr("Best weights and checkpoints:"),
                           HasSubstr("Job:")));
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
