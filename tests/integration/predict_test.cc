// Predict and PredictStream: calls that wait for a worker that holds the model.
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"
#include "tests/integration/test_server.h"
#include "tunesmith/v1/prediction_service.grpc.pb.h"

namespace tunesmith::testing {
namespace {

using ::testing::HasSubstr;

// A call under way.
struct Call {
  std::unique_ptr<grpc::ClientContext> context = CallContext();
  v1::PredictRequest request;
  v1::PredictResponse response;
  std::future<grpc::Status> status;
};

class PredictTest : public ServerTest {
 protected:
  PredictTest() : worker_(OfHeads()) {
    EXPECT_TRUE(worker_.Connect().ok());
    for (const char* id : {"bert", "other"}) {
      ImportModel(id);
      worker_.AwaitAnswered(absl::StrCat("models/", id));
    }
    Reconnect();
  }
  ~PredictTest() override { server_.reset(); }

  ScriptedWorker::Options OfHeads() const {
    ScriptedWorker::Options options = WorkerOptions();
    options.prediction_slots = 1;
    options.head_labels = {"no", "yes"};
    return options;
  }

  void Reconnect() { predictions_ = v1::PredictionService::NewStub(channel_); }

  static v1::PredictRequest Request(const std::string& model,
                                    const std::vector<std::string>& texts) {
    v1::PredictRequest request;
    request.set_model(model);
    for (const std::string& text : texts) {
      request.add_samples()->set_text(text);
    }
    return request;
  }

  std::unique_ptr<Call> Begin(v1::PredictRequest request) {
    auto call = std::make_unique<Call>();
    call->request = std::move(request);
    call->status = std::async(std::launch::async, [this, call = call.get()] {
      return predictions_->Predict(call->context.get(), call->request,
                                   &call->response);
    });
    return call;
  }
  std::unique_ptr<Call> Begin(const std::string& model = "models/bert") {
    return Begin(Request(model, {"a text"}));
  }
  grpc::Status Predict(v1::PredictRequest request) {
    return Begin(std::move(request))->status.get();
  }

  void End(const ScriptedWorker::Assignment& assignment) {
    internal::v1::WorkEvent event = OutcomeEvent(absl::OkStatus(), false);
    event.mutable_outcome()->mutable_predict();
    worker_.Send(assignment, {event});
    worker_.AwaitGone(assignment);
  }

  ScriptedWorker worker_;
  std::unique_ptr<v1::PredictionService::Stub> predictions_;
};

TEST_F(PredictTest, AWorkerThatHoldsTheModelAnswers) {
  auto first = Begin(Request("models/bert", {"a", "b"}));
  ScriptedWorker::Assignment holder = worker_.AwaitWork("models/bert");
  EXPECT_EQ(holder.slot(), 2);
  EXPECT_FALSE(holder.item().predict().model().artifact().key().empty());
  worker_.SayLoaded(holder);
  internal::v1::PredictBatch batch = worker_.AwaitBatch();
  EXPECT_EQ(batch.samples(1).text(), "b");
  EXPECT_EQ(batch.top_k(), 2);
  worker_.Predict(batch, "yes");
  ASSERT_TRUE(first->status.get().ok());
  ASSERT_EQ(first->response.predictions_size(), 2);
  EXPECT_EQ(first->response.predictions(0).scores(0).label(), "yes");

  // The next call finds it there.
  auto second = Begin();
  worker_.Predict(worker_.AwaitBatch(), "no");
  ASSERT_TRUE(second->status.get().ok());
  EXPECT_EQ(second->response.predictions(0).scores(0).label(), "no");
}

TEST_F(PredictTest, AnIdleHolderGivesItsSlotToAnotherModel) {
  auto first = Begin();
  ScriptedWorker::Assignment holder = worker_.AwaitWork("models/bert");
  worker_.SayLoaded(holder);
  worker_.Predict(worker_.AwaitBatch(), "yes");
  ASSERT_TRUE(first->status.get().ok());

  auto other = Begin("models/other");
  worker_.AwaitDesired([](const internal::v1::DesiredState& desired) {
    return desired.assignments_size() == 1 && desired.assignments(0).suspend();
  });
  End(holder);
  ScriptedWorker::Assignment next = worker_.AwaitWork("models/other");
  worker_.SayLoaded(next);
  worker_.Predict(worker_.AwaitBatch(), "no");
  EXPECT_TRUE(other->status.get().ok());
}

TEST_F(PredictTest, AnAnswerThatABrokenStreamLostIsAskedForAgain) {
  auto call = Begin();
  ScriptedWorker::Assignment holder = worker_.AwaitWork("models/bert");
  worker_.SayLoaded(holder);
  worker_.AwaitBatch();
  ASSERT_TRUE(worker_.Connect().ok());
  worker_.SayLoaded(holder);
  worker_.Predict(worker_.AwaitBatch(), "yes");
  EXPECT_TRUE(call->status.get().ok());
}

TEST_F(PredictTest, AHolderThatDiesFailsTheCallWithItsCause) {
  auto call = Begin();
  ScriptedWorker::Assignment holder = worker_.AwaitWork("models/bert");
  worker_.SayLoaded(holder);
  worker_.AwaitBatch();
  worker_.Fail(holder,
               MakeError(absl::StatusCode::kAborted,
                         v1::ERROR_REASON_TRAINER_DIED, "the trainer died"),
               /*retryable=*/true);
  grpc::Status status = call->status.get();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(ReasonOfCall(status), "TRAINER_DIED");
}

TEST_F(PredictTest, WhoGoesAwayLeavesNothingBehind) {
  auto call = Begin();
  ScriptedWorker::Assignment holder = worker_.AwaitWork("models/bert");
  worker_.SayLoaded(holder);
  internal::v1::PredictBatch batch = worker_.AwaitBatch();
  call->context->TryCancel();
  EXPECT_EQ(call->status.get().error_code(), grpc::StatusCode::CANCELLED);
  auto other = Begin("models/other");
  worker_.Predict(batch, "for nobody");
  worker_.AwaitDesired([](const internal::v1::DesiredState& desired) {
    return desired.assignments_size() == 1 && desired.assignments(0).suspend();
  });
  End(holder);
  worker_.SayLoaded(worker_.AwaitWork("models/other"));
  worker_.Predict(worker_.AwaitBatch(), "no");
  EXPECT_TRUE(other->status.get().ok());
}

TEST_F(PredictTest, AfterARestartHoldersOfBeforeAreGone) {
  auto call = Begin();
  ScriptedWorker::Assignment holder = worker_.AwaitWork("models/bert");
  StopServer();
  EXPECT_EQ(call->status.get().error_code(), grpc::StatusCode::UNAVAILABLE);
  worker_.Disconnect();
  StartServer();
  Reconnect();
  worker_.set_address(server_->address());
  ASSERT_TRUE(worker_.Connect().ok());
  worker_.AwaitGone(holder);
  auto again = Begin();
  worker_.SayLoaded(worker_.AwaitWork("models/bert"));
  worker_.Predict(worker_.AwaitBatch(), "yes");
  EXPECT_TRUE(again->status.get().ok());
}

TEST_F(PredictTest, EveryProblemOfARequestIsTold) {
  grpc::Status status = Predict(Request("models/nothing", {"a"}));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  v1::PredictRequest request = Request("models/bert", {});
  request.set_top_k(0);
  status = Predict(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("samples"));
  EXPECT_THAT(status.error_message(), HasSubstr("top_k"));
  request = Request("models/bert", {"a"});
  request.add_samples()->set_image("not a text");
  status = Predict(request);
  EXPECT_THAT(status.error_message(), HasSubstr("samples[1]"));
  EXPECT_THAT(status.error_message(), HasSubstr("must be a text"));
}

TEST_F(PredictTest, AStreamIsAnsweredInTheOrderOfItsRequests) {
  auto context = CallContext();
  auto stream = predictions_->PredictStream(context.get());
  ASSERT_TRUE(stream->Write(Request("models/bert", {"a"})));
  ASSERT_TRUE(stream->Write(Request("", {"b"})));
  ASSERT_TRUE(stream->WritesDone());
  worker_.SayLoaded(worker_.AwaitWork("models/bert"));
  internal::v1::PredictBatch a = worker_.AwaitBatch();
  internal::v1::PredictBatch b = worker_.AwaitBatch();
  worker_.Predict(b, "of b");
  worker_.Predict(a, "of a");
  v1::PredictResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.predictions(0).scores(0).label(), "of a");
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.predictions(0).scores(0).label(), "of b");
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(PredictTest, AStreamEndsWithTheFirstBadRequest) {
  auto context = CallContext();
  auto stream = predictions_->PredictStream(context.get());
  ASSERT_TRUE(stream->Write(Request("models/bert", {"a"})));
  stream->Write(Request("models/other", {"b"}));
  v1::PredictResponse response;
  while (stream->Read(&response)) {
  }
  grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("model"));
}

TEST_F(PredictTest, WithoutAWorkerACallEndsAfterAWhile) {
  StopServer();
  worker_.Disconnect();
  options_.worker_patience = absl::Milliseconds(1);
  StartServer();
  Reconnect();
  grpc::Status status = Predict(Request("models/bert", {"a"}));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(ReasonOfCall(status), "NO_WORKER_IN_TIME");
}

}  // namespace
}  // namespace tunesmith::testing
