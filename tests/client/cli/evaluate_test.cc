// Models that are measured.
#include "tests/client/cli/command_line_fixture.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class EvaluateTest : public CommandLineTest {
 protected:
  EvaluateTest() {
    ServeUploads();
    ServeCreate();
    ServeModel(v1::TEXT_CLASSIFICATION);
  }
  void ServeModel(v1::TaskType task) {
    server_.models.get = [task](const v1::GetModelRequest& request,
                                v1::Model& model) {
      model.set_name(request.name());
      model.add_tasks(task);
      return absl::OkStatus();
    };
  }
};

TEST_F(EvaluateTest, AsksForFiguresAndNothingThatTrains) {
  std::string file = scratch_.Write("held-out.csv", "v2,v1\na,b\n");
  EXPECT_EQ(Run({"evaluate", "intents", "--data", file, "--text-column", "v2",
                 "--encoding", "latin-1", "--label-normalization", "fold",
                 "--name", "e", "--device", "cpu"}),
            0)
      << err();
  EXPECT_EQ(created_.job_id(), "e");
  EXPECT_EQ(created_.job().spec().ShortDebugString(),
            "base_model: \"models/intents\" task { text_classification { "
            "text_column: \"v2\" } } data { test: \"datasets/of-held-out.csv\" "
            "cleaning { label_normalization: FOLD } } resources { device_kind: "
            "CPU } purpose: EVALUATE");
  EXPECT_EQ(formats_["held-out.csv"].encoding(), v1::DatasetFormat::LATIN_1);
}

TEST_F(EvaluateTest, TheModelSaysWhetherItIsAboutPictures) {
  ServeModel(v1::IMAGE_CLASSIFICATION);
  EXPECT_EQ(Run({"evaluate", "pets", "--data", "datasets/p"}), 0) << err();
  EXPECT_TRUE(created_.job().spec().task().has_image_classification());
  EXPECT_EQ(
      Run({"evaluate", "pets", "--data", "datasets/p", "--max-length", "8"}),
      2);
  EXPECT_THAT(err(), HasSubstr("for texts"));
}

TEST_F(EvaluateTest, FollowsAndPrintsTheFigures) {
  ServeJob(v1::Job::SUCCEEDED);
  server_.jobs.get = [](const v1::GetJobRequest& request, v1::Job& job) {
    job.set_name(request.name());
    job.set_state(v1::Job::SUCCEEDED);
    job.mutable_resolved_spec()->set_purpose(v1::JobSpec::EVALUATE);
    v1::Evaluation& figures = *job.add_evaluations();
    figures.set_phase(v1::Evaluation::FINAL);
    figures.set_split(v1::TEST);
    figures.set_accuracy(0.75);
    figures.add_classes()->set_label("spam");
    figures.add_confusion_matrix(4);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"evaluate", "m", "--data", "datasets/t", "--watch"}), 0)
      << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("accuracy     75.0%"), HasSubstr("spam"),
                           HasSubstr("true class"), HasSubstr("SUCCEEDED"),
                           Not(HasSubstr("tunesmith download"))));
}

TEST_F(EvaluateTest, NeedsDataAndHasNoFlagOfATraining) {
  EXPECT_EQ(Run({"evaluate", "m"}), 2);
  EXPECT_EQ(Run({"evaluate", "m", "--data", "datasets/t", "--epochs", "3"}), 2);
}

}  // namespace
}  // namespace tunesmith::cli
