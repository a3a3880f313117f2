// PreviewAugmentation: a call that waits for a worker and leaves nothing
// behind.
#include <fstream>
#include <future>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "proto/contract/error.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// A call under way.
struct Call {
  std::unique_ptr<grpc::ClientContext> context = CallContext();
  v1::PreviewAugmentationRequest request;
  v1::PreviewAugmentationResponse response;
  std::future<grpc::Status> status;
};

class PreviewTest : public ServerTest {
 protected:
  PreviewTest() : worker_(OfPictures()) {
    std::ofstream(data_root() + "/pictures.zip") << "not read by the server";
    EXPECT_TRUE(worker_.Connect().ok());
    CreatePictures("p");
    ImportModel("net");
    worker_.AwaitAnswered("datasets/p");
    worker_.AwaitAnswered("models/net");
  }
  ~PreviewTest() override { server_.reset(); }

  ScriptedWorker::Options OfPictures() const {
    ScriptedWorker::Options options = WorkerOptions();
    options.imports_picture_networks = true;
    return options;
  }

  void CreatePictures(const std::string& id) {
    v1::CreateDatasetRequest request;
    request.set_dataset_id(id);
    request.set_uri(absl::StrCat("file://", data_root(), "/pictures.zip"));
    v1::Dataset dataset;
    grpc::Status status =
        datasets_->CreateDataset(CallContext().get(), request, &dataset);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  static v1::PreviewAugmentationRequest Request() {
    v1::PreviewAugmentationRequest request;
    request.set_base_model("models/net");
    request.set_dataset("datasets/p");
    return request;
  }

  std::unique_ptr<Call> Begin(
      const v1::PreviewAugmentationRequest& request = Request()) {
    auto call = std::make_unique<Call>();
    call->request = request;
    call->status = std::async(std::launch::async, [this, call = call.get()] {
      return jobs_->PreviewAugmentation(call->context.get(), call->request,
                                        &call->response);
    });
    return call;
  }
  grpc::Status Preview(const v1::PreviewAugmentationRequest& request) {
    return Begin(request)->status.get();
  }

  void Draw(const ScriptedWorker::Assignment& assignment) {
    internal::v1::WorkEvent event = OutcomeEvent(absl::OkStatus(), false);
    internal::v1::PreviewResult& result =
        *event.mutable_outcome()->mutable_preview();
    result.set_png("a sheet");
    result.add_samples("ants/1.jpg");
    result.set_sample_count(396);
    worker_.Send(assignment, {event});
  }

  // A preview that was left in the queue would take the one auxiliary slot.
  void ExpectNothingQueued() {
    CreatePictures("later");
    worker_.AwaitAnswered("datasets/later");
  }

  void Restart() {
    StopServer();
    worker_.Disconnect();
    StartServer();
    worker_.set_address(server_->address());
    ASSERT_TRUE(worker_.Connect().ok());
  }

  ScriptedWorker worker_;
};

std::vector<std::string> FieldsOf(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  std::vector<std::string> fields;
  for (const google::protobuf::Any& detail : details.details()) {
    google::rpc::BadRequest bad;
    if (!detail.UnpackTo(&bad)) continue;
    for (const auto& violation : bad.field_violations()) {
      fields.push_back(violation.field());
    }
  }
  return fields;
}

TEST_F(PreviewTest, AWorkerDrawsTheSheet) {
  auto call = Begin();
  ScriptedWorker::Assignment assignment = worker_.AwaitWork("datasets/p");
  const internal::v1::PreviewWork& work = assignment.item().preview();
  EXPECT_EQ(work.base_model().name(), "models/net");
  EXPECT_EQ(work.dataset().file_name(), "pictures.zip");
  EXPECT_EQ(work.seed(), 42);
  EXPECT_EQ(work.samples(), 6);
  EXPECT_EQ(work.epochs(), 5);
  EXPECT_EQ(work.image_column(), "image");
  // No page: spread over the dataset.
  EXPECT_EQ(work.skip(), -1);
  ASSERT_EQ(work.augmentation().operations_size(), 3);
  EXPECT_THAT(work.augmentation().operations(2).normalization().mean(),
              ElementsAre(0.5, 0.5, 0.5));
  Draw(assignment);
  grpc::Status status = call->status.get();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(call->response.png(), "a sheet");
  EXPECT_THAT(call->response.samples(), ElementsAre("ants/1.jpg"));
  EXPECT_EQ(call->response.sample_count(), 396);
  EXPECT_EQ(call->response.augmentation().SerializeAsString(),
            work.augmentation().SerializeAsString());
  ExpectNothingQueued();
}

TEST_F(PreviewTest, WhatTheRequestSaysIsKept) {
  v1::PreviewAugmentationRequest request = Request();
  request.set_seed(0);
  request.set_samples(64);
  request.set_skip(0);
  request.set_epochs(3);
  request.mutable_augmentation()->add_operations()->mutable_vertical_flip();
  auto call = Begin(request);
  ScriptedWorker::Assignment assignment = worker_.AwaitWork("datasets/p");
  const internal::v1::PreviewWork& work = assignment.item().preview();
  EXPECT_EQ(work.seed(), 0);
  EXPECT_EQ(work.samples(), 64);
  EXPECT_EQ(work.skip(), 0);
  EXPECT_EQ(work.epochs(), 3);
  ASSERT_EQ(work.augmentation().operations_size(), 2);
  EXPECT_EQ(work.augmentation().operations(0).probability(), 0.5);
  Draw(assignment);
  EXPECT_TRUE(call->status.get().ok());
}

TEST_F(PreviewTest, EveryProblemOfARequestIsReportedAtOnce) {
  v1::PreviewAugmentationRequest request;
  request.set_dataset("jobs/p");
  request.set_samples(65);
  request.set_skip(-1);
  request.set_epochs(0);
  request.set_image_column("");
  request.mutable_augmentation()->add_operations()->set_probability(2);
  grpc::Status status = Preview(request);
  EXPECT_EQ(ReasonOfCall(status), "INVALID_FIELD");
  EXPECT_THAT(FieldsOf(status),
              ::testing::IsSupersetOf(
                  {"base_model", "dataset", "samples", "skip", "epochs",
                   "image_column", "augmentation.operations[0].probability"}));
}

TEST_F(PreviewTest, UnknownInputsAreNamed) {
  v1::PreviewAugmentationRequest request = Request();
  request.set_base_model("models/nett");
  request.set_dataset("datasets/pp");
  grpc::Status status = Preview(request);
  EXPECT_EQ(ReasonOfCall(status), "RESOURCE_NOT_FOUND");
  EXPECT_THAT(status.error_message(), HasSubstr("models/nett"));
  EXPECT_THAT(status.error_message(), HasSubstr("datasets/pp"));
}

TEST_F(PreviewTest, InputsMustBeReady) {
  worker_.Disconnect();
  CreatePictures("new");
  ImportModel("raw");
  v1::PreviewAugmentationRequest request = Request();
  request.set_base_model("models/raw");
  request.set_dataset("datasets/new");
  grpc::Status status = Preview(request);
  EXPECT_EQ(ReasonOfCall(status), "RESOURCE_NOT_READY");
  EXPECT_THAT(status.error_message(), HasSubstr("models/raw"));
  EXPECT_THAT(status.error_message(), HasSubstr("datasets/new"));
}

TEST_F(PreviewTest, TablesAndNetworksOfTextAreRefused) {
  ScriptedWorker::Options options = WorkerOptions();
  options.worker_id = "of-texts";
  worker_.Disconnect();
  ScriptedWorker of_texts(options);
  ASSERT_TRUE(of_texts.Connect().ok());
  CreateInputs(of_texts);
  v1::PreviewAugmentationRequest request = Request();
  request.set_base_model("models/m");
  request.set_dataset("datasets/d");
  grpc::Status status = Preview(request);
  EXPECT_EQ(ReasonOfCall(status), "TASK_NOT_SUPPORTED");
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("base_model", "dataset"));

  request = Request();
  request.set_image_column("imag");
  status = Preview(request);
  EXPECT_EQ(ReasonOfCall(status), "UNKNOWN_COLUMN");
  EXPECT_THAT(FieldsOf(status), ElementsAre("image_column"));
}

TEST_F(PreviewTest, TheWorkersErrorIsTheCallers) {
  auto call = Begin();
  worker_.Fail(worker_.AwaitWork("datasets/p"),
               MakeError(absl::StatusCode::kInvalidArgument,
                         v1::ERROR_REASON_EMPTY_DATASET, "nothing there"),
               /*retryable=*/false);
  grpc::Status status = call->status.get();
  EXPECT_EQ(ReasonOfCall(status), "EMPTY_DATASET");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "nothing there");
}

TEST_F(PreviewTest, AResultWithoutAPictureIsADefect) {
  auto call = Begin();
  worker_.Send(worker_.AwaitWork("datasets/p"),
               {OutcomeEvent(absl::OkStatus(), false)});
  EXPECT_EQ(ReasonOfCall(call->status.get()), "INTERNAL");
}

TEST_F(PreviewTest, AnotherAttemptFollowsAFailureThatPasses) {
  auto call = Begin();
  absl::Status died = MakeError(absl::StatusCode::kAborted,
                                v1::ERROR_REASON_TRAINER_DIED, "signal 9");
  ScriptedWorker::Assignment first = worker_.AwaitWork("datasets/p");
  worker_.Fail(first, died, /*retryable=*/true);
  worker_.AwaitGone(first);
  Draw(worker_.AwaitWork("datasets/p"));
  EXPECT_TRUE(call->status.get().ok());
}

TEST_F(PreviewTest, ADatasetThatIsDeletedMeanwhileIsNamed) {
  auto call = Begin();
  ScriptedWorker::Assignment assignment = worker_.AwaitWork("datasets/p");
  v1::DeleteDatasetRequest request;
  request.set_name("datasets/p");
  google::protobuf::Empty empty;
  ASSERT_TRUE(
      datasets_->DeleteDataset(CallContext().get(), request, &empty).ok());
  worker_.Fail(assignment, absl::NotFoundError("no such artifact"),
               /*retryable=*/true);
  grpc::Status status = call->status.get();
  EXPECT_EQ(ReasonOfCall(status), "RESOURCE_NOT_FOUND");
  EXPECT_THAT(status.error_message(), HasSubstr("datasets/p"));
  ExpectNothingQueued();
}

TEST_F(PreviewTest, AClientThatGoesAwayTakesItsItemAlong) {
  auto call = Begin();
  ScriptedWorker::Assignment assignment = worker_.AwaitWork("datasets/p");
  call->context->TryCancel();
  EXPECT_EQ(call->status.get().error_code(), grpc::StatusCode::CANCELLED);
  worker_.AwaitGone(assignment);
  ExpectNothingQueued();
}

TEST_F(PreviewTest, WithoutAWorkerTheCallEndsAndLeavesNothing) {
  options_.worker_patience = absl::Milliseconds(1);
  StopServer();
  worker_.Disconnect();
  StartServer();
  grpc::Status status = Preview(Request());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(ReasonOfCall(status), "NO_WORKER_IN_TIME");
  worker_.set_address(server_->address());
  ASSERT_TRUE(worker_.Connect().ok());
  ExpectNothingQueued();
}

TEST_F(PreviewTest, AServerThatStopsAnswersAndForgets) {
  auto running = Begin();
  ScriptedWorker::Assignment assignment = worker_.AwaitWork("datasets/p");
  Restart();
  EXPECT_EQ(ReasonOfCall(running->status.get()), "DRAINING");
  worker_.AwaitGone(assignment);
  ExpectNothingQueued();
}

}  // namespace
}  // namespace tunesmith::testing
