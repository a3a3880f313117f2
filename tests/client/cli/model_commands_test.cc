// Models that come and go, and previews.
#include "google/protobuf/util/json_util.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/error.h"
#include "tests/client/cli/command_line_fixture.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(CommandLineTest, DownloadOfAJobFetchesItsModel) {
  ServeJob(v1::Job::SUCCEEDED);
  std::string asked;
  server_.models.download = [&](const v1::DownloadModelRequest& request,
                                auto& writer) {
    asked = request.name();
    v1::DownloadModelResponse response;
    response.mutable_file()->set_path("config.json");
    response.mutable_file()->set_size_bytes(2);
    response.mutable_file()->set_sha256(Sha256Hex("{}"));
    writer.Write(response);
    response.set_chunk("{}");
    writer.Write(response);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"download", "a", scratch_ / "model"}), 0) << err();
  EXPECT_EQ(asked, "models/out");
  EXPECT_EQ(testing::Content(scratch_ / "model/config.json"), "{}");
  ServeJob(v1::Job::RUNNING);
  EXPECT_EQ(Run({"download", "a", scratch_ / "other"}), 5);
  EXPECT_THAT(err(), HasSubstr("RUNNING"));
}

TEST_F(CommandLineTest, DownloadOfAHostilePathWritesNothing) {
  server_.models.download = [](const auto&, auto& writer) {
    v1::DownloadModelResponse response;
    response.mutable_file()->set_path("../evil");
    writer.Write(response);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"download", "models/a", scratch_ / "model"}), 5);
  EXPECT_THAT(scratch_.Names(), IsEmpty());
}

TEST_F(CommandLineTest, HostileModelNameNeverBecomesADirectory) {
  ServeJob(v1::Job::SUCCEEDED);
  server_.jobs.get = [](const auto&, v1::Job& job) {
    job.set_output_model("models/../../evil");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"download", "a"}), 2);
}

TEST_F(CommandLineTest, ImportWaitsForTheCheck) {
  v1::ImportModelRequest imported;
  server_.models.import = [&](const v1::ImportModelRequest& request,
                              v1::Model& model) {
    imported = request;
    model.set_name("models/b");
    return absl::OkStatus();
  };
  int polls = 0;
  server_.models.get = [&](const auto&, v1::Model& model) {
    model.set_name("models/b");
    model.set_state(++polls < 3 ? v1::Model::IMPORTING : v1::Model::READY);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"models", "import", "/srv/b model", "--name", "b"}), 0);
  EXPECT_EQ(imported.uri(), "file:///srv/b%20model");
  EXPECT_EQ(imported.model_id(), "b");
  EXPECT_EQ(polls, 3);
  EXPECT_THAT(out(), HasSubstr("READY"));
}

TEST_F(CommandLineTest, ImportDescribesANetworkOfPictures) {
  v1::ImportModelRequest imported;
  server_.models.import = [&](const v1::ImportModelRequest& request,
                              v1::Model& model) {
    imported = request;
    model.set_name("models/s");
    return absl::OkStatus();
  };
  std::string labels =
      scratch_.Write("labels.txt", "tench, Tinca tinca\r\ngoldfish\n\n");
  EXPECT_EQ(Run({"models",
                 "import",
                 "/srv/s",
                 "--no-wait",
                 "--architecture",
                 "squeezenet1_1",
                 "--padding",
                 "tensorflow-same",
                 "--size",
                 "227",
                 "--resize",
                 "230",
                 "--mean",
                 "0.5,0.25,1",
                 "--std",
                 "0.1,0.2,0.3",
                 "--bgr",
                 "--squash",
                 "--interpolation",
                 "bicubic",
                 "--labels-file",
                 labels,
                 "--batch-norm-epsilon",
                 "1e-3"}),
            0)
      << err();
  v1::NetworkDescription expected;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  R"({"architecture": "squeezenet1_1",
                      "padding": "TENSORFLOW_SAME",
                      "input": {"size": 227, "resizeSize": 230,
                                "mean": [0.5, 0.25, 1],
                                "standardDeviation": [0.1, 0.2, 0.3],
                                "interpolation": "BICUBIC",
                                "channelOrder": "BGR",
                                "scaling": "BOTH_SIDES"},
                      "labels": ["tench, Tinca tinca", "goldfish"],
                      "batchNormEpsilon": 0.001})",
                  &expected)
                  .ok());
  EXPECT_EQ(imported.network().DebugString(), expected.DebugString());
  EXPECT_EQ(Run({"models", "import", "/srv/s", "--no-wait"}), 0);
  EXPECT_FALSE(imported.has_network());
}

TEST_F(CommandLineTest, ADescriptionWithoutAnArchitectureIsBadUsage) {
  EXPECT_EQ(Run({"models", "import", "/srv/s", "--bgr"}), 2);
  EXPECT_THAT(err(), HasSubstr("--architecture"));
  EXPECT_EQ(Run({"models", "import", "/srv/s", "--architecture", "a", "--bgr",
                 "--rgb"}),
            2);
  EXPECT_EQ(Run({"models", "import", "/srv/s", "--architecture", "a",
                 "--padding", "none"}),
            2);
  EXPECT_THAT(err(), HasSubstr("tensorflow-same"));
  EXPECT_EQ(Run({"models", "import", "/srv/s", "--architecture", "a",
                 "--labels-file", "/nonexistent"}),
            3);
}

TEST_F(CommandLineTest, ModelsShowHowTheyWantTheirPictures) {
  server_.models.get = [](const auto&, v1::Model& model) {
    model.set_name("models/s");
    model.set_state(v1::Model::READY);
    v1::ImageInput& input = *model.mutable_image_input();
    input.set_size(224);
    input.set_resize_size(256);
    input.set_channel_order(v1::ImageInput::BGR);
    for (double value : {0.25, 0.5, 0.75}) {
      input.add_mean(value);
      input.add_standard_deviation(1);
    }
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"models", "get", "s"}), 0);
  EXPECT_THAT(out(),
              AllOf(HasSubstr("224 pixels, cut out of 256, bilinear, BGR"),
                    HasSubstr("0.25, 0.5, 0.75"), Not(HasSubstr("tokens"))));
}

TEST_F(CommandLineTest, PreviewAugmentationWritesThePictureAndTellsTheRest) {
  v1::PreviewAugmentationRequest asked;
  server_.jobs.preview_augmentation =
      [&asked](const v1::PreviewAugmentationRequest& request,
               v1::PreviewAugmentationResponse& response) {
        asked = request;
        response.set_png("the sheet");
        response.add_samples("ants/1\x1b[2J.jpg");
        response.add_samples("ants/2.jpg");
        response.set_sample_count(396);
        *response.mutable_augmentation() = request.augmentation();
        response.mutable_augmentation()->mutable_operations(0)->set_probability(
            0.5);
        return absl::OkStatus();
      };
  const std::string sheet = scratch_ / "sheet.png";
  ASSERT_EQ(Run({"preview-augmentation", "--model", "net", "--data",
                 "datasets/ants", "--augment", "hflip", "--out", sheet,
                 "--samples", "3", "--epochs", "2", "--seed", "0"}),
            0)
      << err();
  EXPECT_EQ(testing::Content(sheet), "the sheet");
  EXPECT_THAT(
      out(), AllOf(HasSubstr(" 1  ants/1"), HasSubstr(" 2  ants/2.jpg\n"),
                   HasSubstr("2 of 396 pictures, spread over the dataset\n"),
                   Not(HasSubstr("\x1b")), HasSubstr("horizontal flip (50%)")));
  EXPECT_FALSE(asked.has_skip());
  EXPECT_EQ(asked.base_model(), "models/net");
  EXPECT_EQ(asked.dataset(), "datasets/ants");
  EXPECT_EQ(asked.samples(), 3);
  EXPECT_EQ(asked.epochs(), 2);
  EXPECT_TRUE(asked.has_seed());
  EXPECT_FALSE(asked.has_image_column());
  EXPECT_TRUE(asked.augmentation().operations(0).has_horizontal_flip());
}

TEST_F(CommandLineTest, PreviewAugmentationShowsPageByPage) {
  v1::PreviewAugmentationRequest asked;
  server_.jobs.preview_augmentation =
      [&asked](const v1::PreviewAugmentationRequest& request,
               v1::PreviewAugmentationResponse& response) {
        asked = request;
        response.set_png("the sheet");
        response.add_samples("ants/1.jpg");
        response.set_sample_count(70);
        return absl::OkStatus();
      };
  auto preview = [this](std::vector<std::string> flags) {
    std::vector<std::string> line = {"preview-augmentation",
                                     "--model",
                                     "net",
                                     "--data",
                                     "datasets/ants",
                                     "--out",
                                     scratch_ / "sheet.png"};
    line.insert(line.end(), flags.begin(), flags.end());
    return Run(line);
  };
  ASSERT_EQ(preview({"--samples", "64", "--page", "2"}), 0) << err();
  EXPECT_EQ(asked.samples(), 64);
  EXPECT_EQ(asked.skip(), 64);
  EXPECT_THAT(out(), HasSubstr("pictures 65 to 70 of 70\n"));
  ASSERT_EQ(preview({"--page", "1"}), 0) << err();
  EXPECT_EQ(asked.samples(), 6);
  EXPECT_TRUE(asked.has_skip());
  EXPECT_THAT(out(), HasSubstr("pictures 1 to 6 of 70\n"));
  EXPECT_EQ(preview({"--page", "0"}), 2);
  EXPECT_THAT(err(), HasSubstr("--page must be at least 1"));
}

TEST_F(CommandLineTest, PreviewAugmentationWithoutAWorkerWritesNothing) {
  server_.jobs.preview_augmentation = [](const auto&, auto&) {
    return MakeError(absl::StatusCode::kDeadlineExceeded,
                     v1::ERROR_REASON_NO_WORKER_IN_TIME, "none was free");
  };
  EXPECT_EQ(Run({"preview-augmentation", "--model", "net", "--data",
                 "datasets/ants", "--out", scratch_ / "sheet.png"}),
            5);
  EXPECT_THAT(err(), HasSubstr("NO_WORKER_IN_TIME"));
  EXPECT_THAT(scratch_.Names(), IsEmpty());
  EXPECT_EQ(Run({"preview-augmentation", "--model", "net", "--data",
                 "datasets/ants"}),
            2);
}

}  // namespace
}  // namespace tunesmith::cli
