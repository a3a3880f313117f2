// What requests get: answers, all problems at once, and nothing left behind.
#include <fstream>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "proto/artifact/sha256.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

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

class ApiTest : public ServerTest {
 protected:
  ApiTest() : worker_(WorkerOptions()) {
    EXPECT_TRUE(worker_.Connect().ok());
    CreateInputs(worker_);
  }

  grpc::Status Create(const v1::CreateJobRequest& request,
                      v1::CreateJobResponse* response = nullptr) {
    v1::CreateJobResponse ignored;
    return jobs_->CreateJob(CallContext().get(), request,
                            response != nullptr ? response : &ignored);
  }

  grpc::Status Upload(const v1::UploadDatasetRequest::Header& header,
                      const std::vector<std::string>& chunks,
                      v1::Dataset* dataset = nullptr) {
    v1::Dataset ignored;
    auto context = CallContext();
    auto writer = datasets_->UploadDataset(
        context.get(), dataset != nullptr ? dataset : &ignored);
    v1::UploadDatasetRequest message;
    *message.mutable_header() = header;
    bool open = writer->Write(message);
    for (const std::string& chunk : chunks) {
      message.set_chunk(chunk);
      open = open && writer->Write(message);
    }
    writer->WritesDone();
    return writer->Finish();
  }

  static v1::UploadDatasetRequest::Header UploadHeader(int64_t size_bytes) {
    v1::UploadDatasetRequest::Header header;
    header.set_dataset_id("up");
    header.set_file_name("up.csv");
    header.set_size_bytes(size_bytes);
    return header;
  }

  ScriptedWorker worker_;
};

TEST_F(ApiTest, TheSameRequestIdGivesTheSameJob) {
  v1::CreateJobRequest request = JobRequest("");
  request.set_request_id("r1");
  v1::CreateJobResponse first, second;
  ASSERT_TRUE(Create(request, &first).ok());
  ASSERT_TRUE(Create(request, &second).ok());
  EXPECT_EQ(first.job().uid(), second.job().uid());
  request.mutable_job()->set_display_name("another");
  EXPECT_EQ(ReasonOfCall(Create(request)), "REQUEST_ID_REUSED");
}

TEST_F(ApiTest, ValidateOnlyStoresNothing) {
  v1::CreateJobRequest request = JobRequest("one");
  request.set_validate_only(true);
  v1::CreateJobResponse response;
  ASSERT_TRUE(Create(request, &response).ok());
  EXPECT_EQ(response.job().name(), "");
  EXPECT_TRUE(
      response.job().resolved_spec().hyperparameters().has_batch_size());
  v1::ListJobsResponse jobs;
  ASSERT_TRUE(jobs_->ListJobs(CallContext().get(), {}, &jobs).ok());
  EXPECT_EQ(jobs.jobs_size(), 0);
}

TEST_F(ApiTest, EveryFieldOutOfBoundsIsReportedAtOnce) {
  v1::CreateJobRequest request = JobRequest("Not An Id");
  request.set_request_id(std::string(129, 'x'));
  v1::Job& job = *request.mutable_job();
  job.set_display_name(std::string(257, 'x'));
  job.set_priority(1001);
  v1::Hyperparameters& how = *job.mutable_spec()->mutable_hyperparameters();
  how.set_epochs(-1);
  how.set_batch_size(0);
  how.set_learning_rate(11);
  how.set_weight_decay(2);
  how.set_warmup_fraction(-0.1);
  how.set_max_gradient_norm(-1);
  how.set_label_smoothing(0.6);
  how.set_dropout(1);
  how.mutable_adamw()->set_beta1(1);
  job.mutable_spec()->mutable_data()->set_validation_fraction(0.6);
  job.mutable_spec()->set_max_attempts(11);
  job.mutable_spec()->mutable_max_run_time()->set_nanos(1);
  grpc::Status status = Create(request);
  EXPECT_EQ(ReasonOfCall(status), "INVALID_FIELD");
  EXPECT_THAT(FieldsOf(status),
              IsSupersetOf({"job_id", "request_id", "job.display_name",
                            "job.priority", "job.spec.hyperparameters.epochs",
                            "job.spec.hyperparameters.batch_size",
                            "job.spec.hyperparameters.learning_rate",
                            "job.spec.hyperparameters.weight_decay",
                            "job.spec.hyperparameters.warmup_fraction",
                            "job.spec.hyperparameters.max_gradient_norm",
                            "job.spec.hyperparameters.label_smoothing",
                            "job.spec.hyperparameters.dropout",
                            "job.spec.hyperparameters.adamw.beta1",
                            "job.spec.data.validation_fraction",
                            "job.spec.max_attempts", "job.spec.max_run_time"}));
}

TEST_F(ApiTest, AnUnknownModelIsNamedWithTheNearest) {
  v1::CreateJobRequest request = JobRequest("one");
  request.mutable_job()->mutable_spec()->set_base_model("models/mm");
  grpc::Status status = Create(request);
  EXPECT_EQ(ReasonOfCall(status), "RESOURCE_NOT_FOUND");
  EXPECT_THAT(status.error_message(), HasSubstr("models/m"));
}

TEST_F(ApiTest, AnUploadArrivesWhole) {
  std::string text(3 << 20, 'x');
  v1::UploadDatasetRequest::Header header = UploadHeader(3 << 20);
  header.set_sha256(Sha256Hex(text));
  v1::Dataset dataset;
  grpc::Status status =
      Upload(header,
             {text.substr(0, 1 << 20), text.substr(1 << 20, 1 << 20),
              text.substr(2 << 20)},
             &dataset);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(dataset.name(), "datasets/up");
  EXPECT_EQ(dataset.size_bytes(), 3 << 20);
  EXPECT_EQ(dataset.digest(), Sha256Hex(text));
  EXPECT_EQ(dataset.source(), "up.csv");
  EXPECT_EQ(dataset.format().kind(), v1::DatasetFormat::CSV);
  // The id is taken now.
  EXPECT_EQ(ReasonOfCall(Upload(UploadHeader(1), {"x"})), "RESOURCE_EXISTS");
}

TEST_F(ApiTest, ABadUploadLeavesNothing) {
  int before = CountArtifacts();
  EXPECT_EQ(ReasonOfCall(Upload(UploadHeader(10), {"12345"})),
            "UPLOAD_INCOMPLETE");
  EXPECT_EQ(ReasonOfCall(Upload(UploadHeader(2), {"12345"})),
            "UPLOAD_INCOMPLETE");
  v1::UploadDatasetRequest::Header header = UploadHeader(5);
  header.set_sha256(Sha256Hex("other"));
  EXPECT_EQ(ReasonOfCall(Upload(header, {"12345"})), "UPLOAD_INCOMPLETE");
  EXPECT_EQ(ReasonOfCall(Upload(UploadHeader(int64_t{1} << 50), {})),
            "TOO_LARGE");
  EXPECT_EQ(CountArtifacts(), before);
  // The name is still free.
  EXPECT_TRUE(Upload(UploadHeader(5), {"12345"}).ok());
}

TEST_F(ApiTest, AnUploadThatBreaksOffLeavesNothing) {
  int before = CountArtifacts();
  auto context = CallContext();
  v1::Dataset dataset;
  auto writer = datasets_->UploadDataset(context.get(), &dataset);
  v1::UploadDatasetRequest message;
  *message.mutable_header() = UploadHeader(10);
  ASSERT_TRUE(writer->Write(message));
  message.set_chunk("12345");
  ASSERT_TRUE(writer->Write(message));
  context->TryCancel();
  EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
  // A stop waits for every call, this one's end on the server included.
  StopServer();
  EXPECT_EQ(CountArtifacts(), before);
}

TEST_F(ApiTest, AMalformedHeaderIsReportedWhole) {
  v1::UploadDatasetRequest::Header header;
  header.set_dataset_id("-bad");
  header.set_file_name("../x.csv");
  header.set_sha256("short");
  grpc::Status status = Upload(header, {});
  EXPECT_THAT(FieldsOf(status),
              IsSupersetOf({"header.dataset_id", "header.file_name",
                            "header.size_bytes", "header.sha256"}));
}

TEST_F(ApiTest, PathsThatLeaveTheRootAreRefused) {
  int before = CountArtifacts();
  v1::CreateDatasetRequest request;
  v1::Dataset dataset;
  request.set_uri("file:///etc/passwd");
  request.mutable_dataset()->mutable_format()->set_kind(v1::DatasetFormat::CSV);
  EXPECT_EQ(ReasonOfCall(datasets_->CreateDataset(CallContext().get(), request,
                                                  &dataset)),
            "PATH_NOT_ALLOWED");
  request.set_uri(absl::StrCat("file://", data_root(), "/missing.csv"));
  EXPECT_EQ(ReasonOfCall(datasets_->CreateDataset(CallContext().get(), request,
                                                  &dataset)),
            "PATH_NOT_FOUND");
  EXPECT_EQ(CountArtifacts(), before);
}

TEST_F(ApiTest, AModelWithoutItsFilesIsRefusedWithNothingLeft) {
  int before = CountArtifacts();
  v1::ImportModelRequest request;
  v1::Model model;
  request.set_uri(absl::StrCat("file://", data_root()));
  grpc::Status status =
      models_->ImportModel(CallContext().get(), request, &model);
  EXPECT_EQ(ReasonOfCall(status), "MODEL_FILE_MISSING");
  EXPECT_THAT(status.error_message(), HasSubstr("config.json"));
  EXPECT_THAT(status.error_message(), HasSubstr("`network`"));
  std::ofstream(data_root() + "/pytorch_model.bin") << "x";
  status = models_->ImportModel(CallContext().get(), request, &model);
  EXPECT_EQ(ReasonOfCall(status), "PICKLE_WEIGHTS");
  request.set_model_id("m");
  EXPECT_EQ(
      ReasonOfCall(models_->ImportModel(CallContext().get(), request, &model)),
      "RESOURCE_EXISTS");
  EXPECT_EQ(CountArtifacts(), before);
}

TEST_F(ApiTest, EveryProblemOfADescribedNetworkIsNamed) {
  v1::ImportModelRequest request;
  v1::Model model;
  request.set_uri("relative");
  request.mutable_network()->mutable_input()->set_size(-1);
  grpc::Status status =
      models_->ImportModel(CallContext().get(), request, &model);
  EXPECT_THAT(FieldsOf(status), IsSupersetOf({"uri", "network.architecture",
                                              "network.input.size"}));
}

TEST_F(ApiTest, WeightsAloneAreTakenWithADescription) {
  std::ofstream(data_root() + "/squeezenet.h5") << "weights";
  v1::ImportModelRequest request;
  v1::Model model;
  request.set_uri(absl::StrCat("file://", data_root()));
  EXPECT_EQ(
      ReasonOfCall(models_->ImportModel(CallContext().get(), request, &model)),
      "MODEL_FILE_MISSING");
  request.mutable_network()->set_architecture("squeezenet1_1");
  grpc::Status status =
      models_->ImportModel(CallContext().get(), request, &model);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(model.state(), v1::Model::IMPORTING);
}

TEST_F(ApiTest, DeletingADatasetRemovesItsBytes) {
  int before = CountArtifacts();
  ASSERT_TRUE(Upload(UploadHeader(5), {"12345"}).ok());
  v1::DeleteDatasetRequest request;
  request.set_name("datasets/up");
  google::protobuf::Empty empty;
  ASSERT_TRUE(
      datasets_->DeleteDataset(CallContext().get(), request, &empty).ok());
  StopServer();
  EXPECT_EQ(CountArtifacts(), before);
}

TEST_F(ApiTest, InputsOfALiveJobCannotBeDeleted) {
  CreateJob("one");
  v1::DeleteDatasetRequest dataset;
  dataset.set_name("datasets/d");
  v1::DeleteModelRequest model;
  model.set_name("models/m");
  google::protobuf::Empty empty;
  EXPECT_EQ(ReasonOfCall(
                datasets_->DeleteDataset(CallContext().get(), dataset, &empty)),
            "RESOURCE_IN_USE");
  EXPECT_EQ(
      ReasonOfCall(models_->DeleteModel(CallContext().get(), model, &empty)),
      "RESOURCE_IN_USE");
}

TEST_F(ApiTest, AModelIsDownloadedFileByFile) {
  CreateJob("one");
  worker_.Succeed(worker_.AwaitWork("jobs/one"));
  WatchToEnd("jobs/one");
  v1::DownloadModelRequest request;
  request.set_name("models/one");
  request.set_include_run_record(true);
  auto context = CallContext();
  auto stream = models_->DownloadModel(context.get(), request);
  std::vector<std::string> paths;
  std::string content;
  v1::DownloadModelResponse response;
  while (stream->Read(&response)) {
    if (response.has_file()) paths.push_back(response.file().path());
    content += response.chunk();
  }
  ASSERT_TRUE(stream->Finish().ok());
  EXPECT_THAT(paths, ElementsAre("config.json", "model.safetensors",
                                 "report.html", "run_record.json"));
  EXPECT_EQ(content,
            "model/config.jsonmodel/model.safetensorsreport.html"
            "run_record.json");
}

TEST_F(ApiTest, ADamagedFileEndsTheDownload) {
  CreateJob("one");
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/one");
  worker_.Succeed(work);
  WatchToEnd("jobs/one");
  std::ofstream(absl::StrCat(artifact_root(), "/",
                             work.item().train().output_key(),
                             "/model/config.json"))
      << "model/CONFIG.json";
  v1::DownloadModelRequest request;
  request.set_name("models/one");
  auto context = CallContext();
  auto stream = models_->DownloadModel(context.get(), request);
  v1::DownloadModelResponse response;
  while (stream->Read(&response)) {
  }
  grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(ReasonOfCall(status), "DIGEST_MISMATCH");
}

TEST_F(ApiTest, ListingsArePagedNewestFirst) {
  for (int i = 0; i < 5; ++i) CreateJob(absl::StrCat("j", i));
  v1::ListJobsRequest request;
  request.set_page_size(2);
  std::vector<std::string> names;
  do {
    v1::ListJobsResponse page;
    ASSERT_TRUE(jobs_->ListJobs(CallContext().get(), request, &page).ok());
    EXPECT_LE(page.jobs_size(), 2);
    for (const v1::Job& job : page.jobs()) names.push_back(job.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("jobs/j4", "jobs/j3", "jobs/j2", "jobs/j1",
                                 "jobs/j0"));
  request.set_page_size(501);
  v1::ListJobsResponse page;
  grpc::Status status = jobs_->ListJobs(CallContext().get(), request, &page);
  EXPECT_THAT(FieldsOf(status), ElementsAre("page_size"));
  request.set_page_size(2);
  request.set_page_token("rubbish");
  EXPECT_EQ(ReasonOfCall(jobs_->ListJobs(CallContext().get(), request, &page)),
            "BAD_PAGE_TOKEN");
}

TEST_F(ApiTest, PreviewFreezeShowsWhatAPolicyDoes) {
  v1::PreviewFreezeRequest request;
  request.set_base_model("models/m");
  request.set_label_count(3);
  request.mutable_freeze()->mutable_first_layers()->set_count(1);
  v1::PreviewFreezeResponse response;
  ASSERT_TRUE(
      jobs_->PreviewFreeze(CallContext().get(), request, &response).ok());
  ASSERT_EQ(response.parameters_size(), 5);
  EXPECT_TRUE(response.parameters(0).frozen());
  EXPECT_TRUE(response.parameters(1).frozen());
  EXPECT_FALSE(response.parameters(2).frozen());
  EXPECT_THAT(response.parameters(4).parameter().shape(), ElementsAre(3, 8));
  EXPECT_EQ(response.frozen_parameter_count(), 128);
  EXPECT_EQ(response.trainable_parameter_count(), 128 + 24);

  request.set_label_count(1);
  request.mutable_freeze()->mutable_patterns();
  EXPECT_THAT(
      FieldsOf(jobs_->PreviewFreeze(CallContext().get(), request, &response)),
      SizeIs(2));
  request.set_label_count(2);
  request.mutable_freeze()->mutable_patterns()->add_frozen("nothing.*");
  EXPECT_EQ(ReasonOfCall(
                jobs_->PreviewFreeze(CallContext().get(), request, &response)),
            "INVALID_FIELD");
}

TEST_F(ApiTest, TheParameterTableIsPaged) {
  v1::ListModelParametersRequest request;
  request.set_name("models/m");
  request.set_page_size(3);
  v1::ListModelParametersResponse page;
  ASSERT_TRUE(
      models_->ListModelParameters(CallContext().get(), request, &page).ok());
  EXPECT_EQ(page.parameters_size(), 3);
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(
      models_->ListModelParameters(CallContext().get(), request, &page).ok());
  EXPECT_EQ(page.parameters_size(), 1);
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(ApiTest, ModelsAreListedByWhatTheyAreGoodFor) {
  auto names = [this](const v1::ListModelsRequest& request) {
    v1::ListModelsResponse page;
    EXPECT_TRUE(models_->ListModels(CallContext().get(), request, &page).ok());
    std::vector<std::string> names;
    for (const v1::Model& model : page.models()) names.push_back(model.name());
    return names;
  };
  v1::ListModelsRequest request;
  request.set_task(v1::TEXT_CLASSIFICATION);
  request.set_family("bert");
  EXPECT_THAT(names(request), ElementsAre("models/m"));
  request.set_max_parameter_count(0);
  EXPECT_THAT(names(request), IsEmpty());
  request.clear_max_parameter_count();
  request.set_family("other");
  EXPECT_THAT(names(request), IsEmpty());

  request.set_max_parameter_count(-1);
  request.set_task(static_cast<v1::TaskType>(99));
  v1::ListModelsResponse page;
  EXPECT_THAT(
      FieldsOf(models_->ListModels(CallContext().get(), request, &page)),
      ElementsAre("task", "max_parameter_count"));
}

TEST_F(ApiTest, WorkersAreListedWithWhatRunsThere) {
  CreateJob("one");
  worker_.AwaitWork("jobs/one");
  v1::ListWorkersResponse list;
  ASSERT_TRUE(workers_->ListWorkers(CallContext().get(), {}, &list).ok());
  ASSERT_EQ(list.workers_size(), 1);
  EXPECT_EQ(list.workers(0).name(), "workers/scripted");
  EXPECT_EQ(list.workers(0).slots(0).running(), "jobs/one");
  v1::GetWorkerRequest request;
  request.set_name("workers/none");
  v1::Worker worker;
  EXPECT_EQ(
      ReasonOfCall(workers_->GetWorker(CallContext().get(), request, &worker)),
      "RESOURCE_NOT_FOUND");
}

TEST_F(ApiTest, AJobWhoseInputsNobodyLookedAtWaitsForThem) {
  worker_.Disconnect();
  CreateDataset("later");
  v1::CreateJobRequest request = JobRequest("one");
  request.mutable_job()->mutable_spec()->mutable_data()->set_training(
      "datasets/later");
  v1::CreateJobResponse response;
  ASSERT_TRUE(Create(request, &response).ok());
  EXPECT_EQ(response.job().state(), v1::Job::VALIDATING);
  EXPECT_GT(response.unchecked_size(), 0);
  v1::Job job = GetJob("jobs/one");
  EXPECT_EQ(job.wait().reason(), v1::Wait::INPUTS_NOT_READY);
  EXPECT_THAT(job.wait().message(), HasSubstr("datasets/later"));
  EXPECT_THAT(job.wait().message(), HasSubstr("tunesmith-worker"));
  ASSERT_TRUE(worker_.Connect().ok());
  worker_.AwaitWork("jobs/one");
  EXPECT_THAT(WatchUntil("jobs/one",
                         [](const v1::WatchJobResponse& message) {
                           return message.event().state_changed().to() ==
                                  v1::Job::RUNNING;
                         }),
              SizeIs(3));
}

}  // namespace
}  // namespace tunesmith::testing
