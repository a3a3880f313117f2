#include "client/cli/command_line.h"

#include <sstream>

#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/error.h"
#include "tests/client/client_fixture.h"
#include "tests/client/fake_server.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CommandLineTest : public ::testing::Test {
 protected:
  int Run(std::vector<std::string> arguments, bool terminal = false) {
    out_.str("");
    err_.str("");
    Console console(out_, err_, {.terminal = terminal, .columns = 80});
    Environment environment = {.console = console,
                               .clock = clock_,
                               .cancellation = cancellation_,
                               .pause = pause_,
                               .zone = absl::UTCTimeZone(),
                               .program_directory = scratch_.path()};
    arguments.insert(arguments.begin(), {"tunesmith", "--server", address_});
    std::vector<const char*> argv;
    for (const std::string& argument : arguments) {
      argv.push_back(argument.c_str());
    }
    return RunCommandLine(argv.size(), argv.data(), environment);
  }

  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

  void ServeJob(v1::Job::State state) {
    server_.jobs.get = [state](const v1::GetJobRequest& request, v1::Job& job) {
      job.set_name(request.name());
      job.set_state(state);
      job.set_output_model(state == v1::Job::SUCCEEDED ? "models/out" : "");
      return absl::OkStatus();
    };
    server_.jobs.watch = [state](auto&, const v1::WatchJobRequest& request,
                                 auto& writer) {
      v1::WatchJobResponse response;
      response.mutable_progress()->set_phase(v1::Progress::TRAINING);
      response.mutable_progress()->set_step(3);
      writer.Write(response);
      response.mutable_event()->set_sequence(request.after_sequence() + 1);
      response.mutable_event()->mutable_state_changed()->set_to(state);
      writer.Write(response);
      return absl::OkStatus();
    };
  }

  // A server that takes uploads; uploaded_ has what came.
  void ServeUploads() {
    server_.datasets.upload = [this](auto& reader, v1::Dataset& dataset) {
      v1::UploadDatasetRequest request;
      std::string content;
      std::string name;
      while (reader.Read(&request)) {
        if (request.has_header()) name = request.header().file_name();
        content += request.chunk();
      }
      uploaded_[name] = content;
      dataset.set_name("datasets/of-" + name);
      return absl::OkStatus();
    };
    server_.datasets.get = [](const v1::GetDatasetRequest& request,
                              v1::Dataset& dataset) {
      dataset.set_name(request.name());
      dataset.set_state(v1::Dataset::READY);
      dataset.set_row_count(3);
      dataset.set_finding_count(1);
      return absl::OkStatus();
    };
    server_.datasets.list_findings =
        [](const auto&, v1::ListDatasetFindingsResponse& response) {
          response.add_findings()->set_message("row 2 is odd\x1b[2J");
          return absl::OkStatus();
        };
  }

  void ServeCreate() {
    server_.jobs.create = [this](const v1::CreateJobRequest& request,
                                 v1::CreateJobResponse& response) {
      created_ = request;
      response.mutable_job()->set_name("jobs/new");
      return absl::OkStatus();
    };
  }

  testing::FakeServer server_;
  std::string address_ = server_.address();
  testing::FakeClock clock_;
  testing::FakePause pause_{clock_};
  client::Cancellation cancellation_;
  testing::ScratchDirectory scratch_;
  std::ostringstream out_;
  std::ostringstream err_;
  std::map<std::string, std::string> uploaded_;
  v1::CreateJobRequest created_;
};

TEST_F(CommandLineTest, HelpAndVersionEndWell) {
  EXPECT_EQ(Run({"--help"}), 0);
  EXPECT_THAT(out(), AllOf(HasSubstr("preview-freeze"), HasSubstr("Examples:"),
                           HasSubstr("Exit codes:")));
  EXPECT_EQ(Run({"--version"}), 0);
  EXPECT_THAT(out(), HasSubstr("tunesmith "));
  EXPECT_EQ(Run({"submit", "--help"}), 0);
  EXPECT_THAT(out(), HasSubstr("--learning-rate"));
}

TEST_F(CommandLineTest, BadUsageIsTwo) {
  EXPECT_EQ(Run({}), 2);
  EXPECT_EQ(Run({"frobnicate"}), 2);
  EXPECT_EQ(Run({"get"}), 2);
  EXPECT_EQ(Run({"models"}), 2);
  EXPECT_EQ(Run({"submit", "--epochs", "many"}), 2);
  EXPECT_EQ(Run({"submit", "--epochs", "1", "--max-steps", "1"}), 2);
  EXPECT_EQ(Run({"submit", "--watch", "--detach"}), 2);
  EXPECT_EQ(Run({"preview-freeze", "--model", "m", "--freeze", "frist:1"}), 2);
  EXPECT_THAT(err(), HasSubstr("frist:1"));
}

TEST_F(CommandLineTest, NotFoundIsThree) {
  server_.jobs.get = [](const auto&, auto&) {
    return ResourceNotFoundError("job", "jobs/none");
  };
  EXPECT_EQ(Run({"get", "none"}), 3);
  EXPECT_THAT(err(), AllOf(HasSubstr("unknown job: jobs/none"),
                           HasSubstr("RESOURCE_NOT_FOUND")));
}

TEST_F(CommandLineTest, NoServerIsFourWithAHint) {
  // A port on which nobody listens any more.
  address_ = testing::FakeServer().address();
  EXPECT_EQ(Run({"list"}), 4);
  EXPECT_THAT(err(), AllOf(HasSubstr("No server answers at " + address_),
                           HasSubstr("tunesmith up")));
}

TEST_F(CommandLineTest, UnavailableIsFour) {
  server_.jobs.list = [](const auto&, auto&) {
    return absl::UnavailableError("gone");
  };
  EXPECT_EQ(Run({"list"}), 4);
  EXPECT_THAT(err(), HasSubstr("tunesmith up"));
}

TEST_F(CommandLineTest, AnythingElseIsFive) {
  server_.jobs.cancel = [](const auto&, auto&) {
    return IllegalTransitionError("jobs/a", "SUCCEEDED", "cancel");
  };
  EXPECT_EQ(Run({"cancel", "a"}), 5);
  EXPECT_THAT(err(), HasSubstr("ILLEGAL_TRANSITION"));
}

TEST_F(CommandLineTest, PauseAndResumeShowTheStateThatTheyLeadTo) {
  server_.jobs.pause = [](const v1::PauseJobRequest& request, v1::Job& job) {
    job.set_name(request.name());
    job.set_state(v1::Job::PAUSING);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"pause", "a"}), 0);
  EXPECT_EQ(out(), "jobs/a PAUSING\n");
  server_.jobs.resume = [](const v1::ResumeJobRequest& request, v1::Job& job) {
    job.set_name(request.name());
    job.set_state(v1::Job::QUEUED);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"resume", "jobs/a"}), 0);
  EXPECT_EQ(out(), "jobs/a QUEUED\n");
}

TEST_F(CommandLineTest, ForkSendsWhatChangesAndNothingElse) {
  v1::ForkJobRequest sent;
  server_.jobs.fork = [&](const v1::ForkJobRequest& request, v1::Job& job) {
    sent = request;
    job.set_name("jobs/b");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"fork", "a", "--epochs", "9", "--freeze", "none", "--name",
                 "b", "--detach"}),
            0);
  EXPECT_EQ(out(), "submitted jobs/b\n");
  EXPECT_EQ(sent.name(), "jobs/a");
  EXPECT_EQ(sent.job_id(), "b");
  EXPECT_FALSE(sent.request_id().empty());
  v1::JobSpec changes;
  changes.mutable_hyperparameters()->set_epochs(9);
  changes.mutable_freeze()->mutable_none();
  EXPECT_EQ(sent.job().spec().SerializeAsString(), changes.SerializeAsString());
  EXPECT_EQ(Run({"fork", "jobs/a/checkpoints/40", "--detach"}), 0);
  EXPECT_EQ(sent.name(), "jobs/a/checkpoints/40");
  EXPECT_EQ(sent.job().spec().ByteSizeLong(), 0u);
}

TEST_F(CommandLineTest, VerifyAndReproduceSayWhetherTheBitsAgree) {
  v1::VerifyJobRequest sent;
  server_.jobs.verify = [&](const v1::VerifyJobRequest& request, v1::Job& job) {
    sent = request;
    job.set_name("jobs/b");
    return absl::OkStatus();
  };
  server_.jobs.reproduce = [](const auto&, v1::Job& job) {
    job.set_name("jobs/b");
    return absl::OkStatus();
  };
  server_.jobs.watch = [](auto&, const auto&, auto&) {
    return absl::OkStatus();
  };
  v1::Comparison comparison;
  comparison.set_original("jobs/a");
  comparison.set_verdict(v1::Comparison::EQUAL);
  server_.jobs.get = [&](const auto&, v1::Job& job) {
    job.set_name("jobs/b");
    job.set_state(v1::Job::SUCCEEDED);
    *job.mutable_comparison() = comparison;
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"verify", "a", "--from-step", "0", "--watch"}), 0) << err();
  EXPECT_TRUE(sent.has_from_step());
  EXPECT_FALSE(sent.has_to_step());
  EXPECT_THAT(out(), HasSubstr("same bits as jobs/a"));
  comparison.set_verdict(v1::Comparison::DIFFERENT);
  comparison.set_difference("training loss at step 3 is 1 and was 2");
  EXPECT_EQ(Run({"reproduce", "a", "--watch"}), 1) << err();
  EXPECT_THAT(out(), HasSubstr("NOT the bits of jobs/a: training loss"));
}

TEST_F(CommandLineTest, CheckpointsAreATable) {
  server_.jobs.list_checkpoints = [](const v1::ListCheckpointsRequest& request,
                                     v1::ListCheckpointsResponse& response) {
    if (request.parent() != "jobs/a") return absl::OkStatus();
    v1::Checkpoint& checkpoint = *response.add_checkpoints();
    checkpoint.set_name("jobs/a/checkpoints/40");
    checkpoint.set_epoch(1.5);
    checkpoint.set_attempt(2);
    checkpoint.set_best(true);
    checkpoint.set_size_bytes(1 << 20);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"checkpoints", "a"}), 0);
  EXPECT_THAT(out(), AllOf(HasSubstr("jobs/a/checkpoints/40"), HasSubstr("1.5"),
                           HasSubstr("yes")));
  EXPECT_EQ(Run({"checkpoints", "b"}), 0);
  EXPECT_EQ(out(), "no checkpoints\n");
}

TEST_F(CommandLineTest, InvalidArgumentIsTwoWithEachViolation) {
  server_.jobs.create = [](const auto&, auto&) {
    return InvalidFieldsError({{"job.spec.base_model", "is required"},
                               {"job.spec.data.training", "is required"}});
  };
  EXPECT_EQ(Run({"submit", "--seed", "1"}), 2);
  EXPECT_THAT(err(), AllOf(HasSubstr("\n  job.spec.base_model: is required\n"),
                           HasSubstr("\n  job.spec.data.training: is requ")));
}

TEST_F(CommandLineTest, ListFetchesPagesUpToTheLimit) {
  int pages = 0;
  server_.jobs.list = [&](const v1::ListJobsRequest& request,
                          v1::ListJobsResponse& response) {
    ++pages;
    EXPECT_EQ(request.states_size(), 1);
    for (int i = 0; i < 2; ++i) {
      response.add_jobs()->set_name(
          absl::StrCat("jobs/", request.page_token(), i));
    }
    response.set_next_page_token(absl::StrCat("p", pages));
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"list", "--limit", "3", "--json", "--state", "running"}), 0);
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(out(),
            "{\"name\":\"jobs/0\"}\n{\"name\":\"jobs/1\"}\n"
            "{\"name\":\"jobs/p10\"}\n");
}

TEST_F(CommandLineTest, WatchEndsAsTheJobEnds) {
  ServeJob(v1::Job::SUCCEEDED);
  EXPECT_EQ(Run({"watch", "a"}), 0);
  EXPECT_THAT(out(), AllOf(HasSubstr("training  step 3\n"),
                           HasSubstr("jobs/a SUCCEEDED"),
                           HasSubstr("models/out"), Not(HasSubstr("\x1b"))));
  ServeJob(v1::Job::FAILED);
  EXPECT_EQ(Run({"watch", "a"}), 1);
  ServeJob(v1::Job::CANCELLED);
  EXPECT_EQ(Run({"watch", "a"}), 1);
}

TEST_F(CommandLineTest, TerminalGetsALineThatIsOverwritten) {
  ServeJob(v1::Job::SUCCEEDED);
  EXPECT_EQ(Run({"watch", "a"}, /*terminal=*/true), 0);
  EXPECT_THAT(out(), HasSubstr("\r\x1b[Ktraining  step 3\r\x1b[KSUCCEEDED\n"));
}

TEST_F(CommandLineTest, WatchResumesAfterAnInterruption) {
  ServeJob(v1::Job::SUCCEEDED);
  std::vector<int64_t> cursors;
  server_.jobs.watch = [&](auto&, const v1::WatchJobRequest& request,
                           auto& writer) {
    cursors.push_back(request.after_sequence());
    v1::WatchJobResponse response;
    response.mutable_event()->set_sequence(request.after_sequence() + 1);
    response.mutable_event()->mutable_log()->set_message(
        absl::StrCat("line ", request.after_sequence() + 1));
    writer.Write(response);
    return cursors.size() == 1 ? absl::UnavailableError("restarting")
                               : absl::OkStatus();
  };
  EXPECT_EQ(Run({"watch", "a"}), 0);
  EXPECT_THAT(cursors, ::testing::ElementsAre(0, 1));
  EXPECT_THAT(out(), AllOf(HasSubstr("line 1\n"), HasSubstr("line 2\n")));
  EXPECT_THAT(err(), HasSubstr("connection lost"));
}

TEST_F(CommandLineTest, CtrlCStopsTheWatchAndSaysThatTheJobGoesOn) {
  server_.jobs.watch = [&](auto&, const auto&, auto& writer) {
    cancellation_.Cancel();
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"watch", "a"}), 130);
  EXPECT_THAT(err(), AllOf(HasSubstr("jobs/a goes on"),
                           HasSubstr("tunesmith cancel jobs/a")));
}

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

TEST_F(CommandLineTest, LogsShowEveryEvent) {
  server_.jobs.list_events = [](const v1::ListJobEventsRequest& request,
                                v1::ListJobEventsResponse& response) {
    v1::JobEvent& event = *response.add_events();
    event.set_sequence(request.page_token().empty() ? 1 : 2);
    event.mutable_time()->set_seconds(86400);
    event.mutable_metric()->set_name("loss");
    if (request.page_token().empty()) response.set_next_page_token("more");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"logs", "a"}), 0);
  EXPECT_EQ(out(),
            "    1  1970-01-02 00:00:00  step 0 - loss 0\n"
            "    2  1970-01-02 00:00:00  step 0 - loss 0\n");
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
                                "channelOrder": "BGR"},
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

TEST_F(CommandLineTest, WorkersAreListed) {
  server_.workers.list = [](const auto&, v1::ListWorkersResponse& response) {
    response.add_workers()->set_name("workers/a");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"workers", "list"}), 0);
  EXPECT_THAT(out(), HasSubstr("workers/a"));
}

TEST_F(CommandLineTest, PreviewAugmentationWritesThePictureAndTellsTheRest) {
  v1::PreviewAugmentationRequest asked;
  server_.jobs.preview_augmentation =
      [&asked](const v1::PreviewAugmentationRequest& request,
               v1::PreviewAugmentationResponse& response) {
        asked = request;
        response.set_png("the sheet");
        response.add_samples("ants/1\x1b[2J.jpg");
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
  EXPECT_THAT(out(), AllOf(HasSubstr("ants/1"), Not(HasSubstr("\x1b")),
                           HasSubstr("horizontal flip (50%)")));
  EXPECT_EQ(asked.base_model(), "models/net");
  EXPECT_EQ(asked.dataset(), "datasets/ants");
  EXPECT_EQ(asked.samples(), 3);
  EXPECT_EQ(asked.epochs(), 2);
  EXPECT_TRUE(asked.has_seed());
  EXPECT_FALSE(asked.has_image_column());
  EXPECT_TRUE(asked.augmentation().operations(0).has_horizontal_flip());
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
