// What takes the room of a server's disk, and what gives it back.
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "proto/artifact/local_artifact_store.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StorageTest : public ServerTest {
 protected:
  // A checkpoint with a file of so many bytes.
  void SendCheckpoint(ScriptedWorker& worker,
                      const ScriptedWorker::Assignment& assignment,
                      int64_t step, int64_t size_bytes) {
    std::string key =
        absl::StrCat(assignment.item().train().checkpoint_group(), "/", step);
    auto artifacts = LocalArtifactStore::Create(artifact_root()).value();
    std::string directory = artifacts->Begin(key).value();
    std::filesystem::create_directory(directory + "/model");
    std::ofstream(directory + "/model/first") << std::string(size_bytes, 'x');
    std::ofstream(directory + "/model/last") << "last";
    internal::v1::WorkEvent event;
    internal::v1::CheckpointReport& report = *event.mutable_checkpoint();
    report.set_step(step);
    report.mutable_artifact()->set_key(key);
    report.mutable_artifact()->set_size_bytes(size_bytes);
    *report.mutable_artifact()->mutable_manifest_sha256() =
        artifacts->Commit(key).value();
    worker.Send(assignment, {event});
  }

  // A job that has ended with a checkpoint of so many bytes.
  void RunJob(ScriptedWorker& worker, const std::string& id,
              int64_t size_bytes) {
    CreateJob(id);
    ScriptedWorker::Assignment assignment = worker.AwaitWork("jobs/" + id);
    SendCheckpoint(worker, assignment, 10, size_bytes);
    worker.Succeed(assignment);
    WatchToEnd("jobs/" + id);
  }

  v1::Storage GetStorage() {
    v1::Storage storage;
    grpc::Status status =
        storage_->GetStorage(CallContext().get(), {}, &storage);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return storage;
  }
  v1::Storage::Use UseOf(v1::StoredItem::Kind kind) {
    v1::Storage storage = GetStorage();
    for (const v1::Storage::Use& use : storage.uses()) {
      if (use.kind() == kind) return use;
    }
    ADD_FAILURE() << "no use of kind " << kind;
    return {};
  }

  grpc::Status List(const v1::ListStoredItemsRequest& request,
                    v1::ListStoredItemsResponse* response) {
    response->Clear();
    return storage_->ListStoredItems(CallContext().get(), request, response);
  }

  grpc::Status Prune(const v1::PruneStorageRequest& request,
                     v1::PruneStorageResponse* response) {
    response->Clear();
    return storage_->PruneStorage(CallContext().get(), request, response);
  }

  std::vector<std::string> CheckpointsOf(const std::string& name) {
    v1::ListCheckpointsRequest request;
    request.set_parent(name);
    v1::ListCheckpointsResponse response;
    EXPECT_TRUE(
        jobs_->ListCheckpoints(CallContext().get(), request, &response).ok());
    std::vector<std::string> names;
    for (const v1::Checkpoint& checkpoint : response.checkpoints()) {
      names.push_back(checkpoint.name());
    }
    return names;
  }
};

TEST_F(StorageTest, WhatIsKeptIsShownAndWhatIsPrunedIsGone) {
  ScriptedWorker worker(WorkerOptions());
  ASSERT_TRUE(worker.Connect().ok());
  CreateInputs(worker);
  RunJob(worker, "a", 5000);
  RunJob(worker, "b", 3000);
  v1::Storage storage = GetStorage();
  ASSERT_THAT(storage.uses(), SizeIs(6));
  EXPECT_EQ(UseOf(v1::StoredItem::CHECKPOINTS).count(), 2);
  EXPECT_EQ(UseOf(v1::StoredItem::CHECKPOINTS).size_bytes(), 8000);
  EXPECT_EQ(UseOf(v1::StoredItem::CHECKPOINTS).prunable_bytes(), 8000);
  // The one that was imported, and two results.
  EXPECT_EQ(UseOf(v1::StoredItem::MODEL).count(), 3);
  EXPECT_EQ(UseOf(v1::StoredItem::MODEL).prunable_bytes(), 0);
  EXPECT_EQ(UseOf(v1::StoredItem::DATASET).size_bytes(), 22);
  EXPECT_GT(UseOf(v1::StoredItem::DATABASE).size_bytes(), 4096);
  EXPECT_GT(storage.free_bytes(), 0);
  EXPECT_GE(storage.capacity_bytes(), storage.free_bytes());
  EXPECT_EQ(storage.checkpoint_retention().seconds(), 7 * 24 * 3600);
  EXPECT_EQ(
      GetJob("jobs/a").resolved_spec().checkpoints().retention().seconds(),
      7 * 24 * 3600);

  v1::PruneStorageRequest request;
  request.set_validate_only(true);
  v1::PruneStorageResponse planned;
  ASSERT_TRUE(Prune(request, &planned).ok());
  EXPECT_EQ(planned.freed_bytes(), 8000);
  EXPECT_THAT(CheckpointsOf("jobs/a"), SizeIs(1));
  request.mutable_older_than()->set_seconds(3600);
  v1::PruneStorageResponse pruned;
  ASSERT_TRUE(Prune(request, &pruned).ok());
  EXPECT_EQ(pruned.item_count(), 0);
  int before = CountArtifacts();
  request.Clear();
  ASSERT_TRUE(Prune(request, &pruned).ok());
  EXPECT_EQ(pruned.item_count(), 2);
  EXPECT_EQ(pruned.freed_bytes(), 8000);
  ASSERT_THAT(pruned.items(), SizeIs(2));
  EXPECT_EQ(pruned.items(0).resource(), "jobs/a");
  EXPECT_EQ(CountArtifacts(), before - 2);
  EXPECT_THAT(CheckpointsOf("jobs/a"), IsEmpty());
  EXPECT_EQ(GetJob("jobs/a").latest_checkpoint(), "");
  EXPECT_EQ(UseOf(v1::StoredItem::CHECKPOINTS).count(), 0);
  v1::ForkJobRequest fork;
  fork.set_name("jobs/a");
  v1::Job job;
  grpc::Status status = jobs_->ForkJob(CallContext().get(), fork, &job);
  EXPECT_EQ(ReasonOfCall(status), "RESOURCE_NOT_READY");
  EXPECT_THAT(status.error_message(), HasSubstr("deleted on request"));
}

TEST_F(StorageTest, ItemsAreListedInPagesTheLargestFirst) {
  ScriptedWorker worker(WorkerOptions());
  ASSERT_TRUE(worker.Connect().ok());
  CreateInputs(worker);
  RunJob(worker, "small", 1000);
  RunJob(worker, "large", 9000);
  RunJob(worker, "medium", 4000);
  v1::ListStoredItemsRequest request;
  request.set_kind(v1::StoredItem::CHECKPOINTS);
  request.set_page_size(2);
  v1::ListStoredItemsResponse page;
  ASSERT_TRUE(List(request, &page).ok());
  ASSERT_THAT(page.items(), SizeIs(2));
  EXPECT_EQ(page.items(0).resource(), "jobs/large");
  EXPECT_EQ(page.items(0).kept_because(), "");
  EXPECT_TRUE(page.items(0).has_expire_time());
  EXPECT_EQ(page.items(1).resource(), "jobs/medium");
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(List(request, &page).ok());
  ASSERT_THAT(page.items(), SizeIs(1));
  EXPECT_EQ(page.items(0).resource(), "jobs/small");
  EXPECT_EQ(page.next_page_token(), "");
  // The token is of another listing.
  request.set_kind(v1::StoredItem::MODEL);
  EXPECT_EQ(ReasonOfCall(List(request, &page)), "BAD_PAGE_TOKEN");
  request.clear_page_token();
  ASSERT_TRUE(List(request, &page).ok());
  for (const v1::StoredItem& item : page.items()) {
    EXPECT_THAT(item.kept_because(), HasSubstr("until somebody deletes it"));
  }
}

TEST_F(StorageTest, BadRequestsAreRefused) {
  v1::ListStoredItemsRequest list;
  v1::ListStoredItemsResponse page;
  list.set_page_size(-1);
  EXPECT_EQ(ReasonOfCall(List(list, &page)), "INVALID_FIELD");
  list.set_page_size(0);
  list.set_kind(static_cast<v1::StoredItem::Kind>(77));
  EXPECT_EQ(ReasonOfCall(List(list, &page)), "INVALID_FIELD");
  v1::PruneStorageRequest prune;
  v1::PruneStorageResponse pruned;
  prune.mutable_older_than()->set_seconds(-1);
  EXPECT_EQ(ReasonOfCall(Prune(prune, &pruned)), "INVALID_FIELD");
}

TEST_F(StorageTest, AnUploadUnderWayIsNoLeftover) {
  std::unique_ptr<grpc::ClientContext> context = CallContext();
  v1::Dataset dataset;
  auto writer = datasets_->UploadDataset(context.get(), &dataset);
  v1::UploadDatasetRequest message;
  message.mutable_header()->set_dataset_id("up");
  message.mutable_header()->set_file_name("up.csv");
  message.mutable_header()->set_size_bytes(5);
  int before = CountArtifacts();
  ASSERT_TRUE(writer->Write(message));
  // Its directory is made on another thread.
  absl::Time patience = absl::Now() + absl::Seconds(20);
  while (CountArtifacts() == before && absl::Now() < patience) {
    std::this_thread::yield();
  }
  MakeArtifact("gone/1");
  v1::PruneStorageResponse pruned;
  ASSERT_TRUE(Prune({}, &pruned).ok());
  ASSERT_THAT(pruned.items(), SizeIs(1));
  EXPECT_EQ(pruned.items(0).kind(), v1::StoredItem::LEFTOVER);
  message.set_chunk("12345");
  ASSERT_TRUE(writer->Write(message));
  writer->WritesDone();
  grpc::Status status = writer->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(StorageTest, ADownloadThatHasBegunOutlivesItsCheckpoint) {
  ScriptedWorker worker(WorkerOptions());
  ASSERT_TRUE(worker.Connect().ok());
  CreateInputs(worker);
  CreateJob("a");
  ScriptedWorker::Assignment assignment = worker.AwaitWork("jobs/a");
  // More than a stream takes that nobody reads.
  constexpr int64_t kBytes = 8 << 20;
  SendCheckpoint(worker, assignment, 10, kBytes);
  worker.Succeed(assignment);
  WatchToEnd("jobs/a");
  v1::DownloadModelRequest request;
  request.set_name("jobs/a/checkpoints/10");
  std::unique_ptr<grpc::ClientContext> context = CallContext();
  auto stream = models_->DownloadModel(context.get(), request);
  v1::DownloadModelResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.file().path(), "first");
  v1::PruneStorageResponse pruned;
  ASSERT_TRUE(Prune({}, &pruned).ok());
  EXPECT_EQ(pruned.freed_bytes(), kBytes);
  int64_t received = 0;
  std::vector<std::string> paths;
  while (stream->Read(&response)) {
    received += static_cast<int64_t>(response.chunk().size());
    if (response.has_file()) paths.push_back(response.file().path());
  }
  grpc::Status status = stream->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(received, kBytes + 4);
  EXPECT_THAT(paths, ElementsAre("last"));
}

TEST_F(StorageTest, AStartDeletesWhatWasKeptForLongEnough) {
  {
    ScriptedWorker worker(WorkerOptions());
    ASSERT_TRUE(worker.Connect().ok());
    CreateInputs(worker);
    RunJob(worker, "a", 5000);
  }
  StopServer();
  options_.checkpoint_retention = absl::ZeroDuration();
  StartServer();
  absl::Time patience = absl::Now() + absl::Seconds(20);
  while (!CheckpointsOf("jobs/a").empty() && absl::Now() < patience) {
  }
  EXPECT_THAT(CheckpointsOf("jobs/a"), IsEmpty());
  v1::ForkJobRequest fork;
  fork.set_name("jobs/a");
  v1::Job job;
  EXPECT_THAT(jobs_->ForkJob(CallContext().get(), fork, &job).error_message(),
              HasSubstr("retention"));
}

TEST_F(StorageTest, AStartDeletesRecordsThatWereKeptForLongEnough) {
  EXPECT_FALSE(GetStorage().has_job_retention());
  std::string model;
  {
    ScriptedWorker worker(WorkerOptions());
    ASSERT_TRUE(worker.Connect().ok());
    CreateInputs(worker);
    RunJob(worker, "a", 5000);
    model = GetJob("jobs/a").output_model();
  }
  StopServer();
  options_.job_retention = absl::ZeroDuration();
  options_.max_ended_jobs = 7;
  options_.quarantine_retention = absl::Hours(1);
  StartServer();
  v1::Storage storage = GetStorage();
  EXPECT_TRUE(storage.has_job_retention());
  EXPECT_EQ(storage.max_ended_jobs(), 7);
  EXPECT_EQ(storage.quarantine_retention().seconds(), 3600);
  v1::ListJobsResponse jobs;
  absl::Time patience = absl::Now() + absl::Seconds(20);
  do {
    jobs.Clear();
    ASSERT_TRUE(jobs_->ListJobs(CallContext().get(), {}, &jobs).ok());
  } while (jobs.jobs_size() > 0 && absl::Now() < patience);
  EXPECT_THAT(jobs.jobs(), IsEmpty());
  v1::GetModelRequest request;
  request.set_name(model);
  v1::Model found;
  EXPECT_TRUE(models_->GetModel(CallContext().get(), request, &found).ok());
  // Its checkpoint's files go after the commit, and before the server ends.
  StopServer();
  EXPECT_EQ(CountArtifacts(), 3);
}

TEST_F(StorageTest, WhatIsPutAsideIsDeletedWhenSomebodySaysSo) {
  MakeArtifact("gone/1");
  std::ofstream(artifact_root() + "/gone/1/tensors") << "1234567";
  v1::PruneStorageResponse pruned;
  ASSERT_TRUE(Prune({}, &pruned).ok());
  ASSERT_THAT(pruned.items(), SizeIs(1));
  EXPECT_EQ(pruned.items(0).path(), "artifacts/gone/1");
  EXPECT_EQ(pruned.freed_bytes(), 0);
  EXPECT_EQ(UseOf(v1::StoredItem::QUARANTINED).size_bytes(), 7);
  EXPECT_EQ(UseOf(v1::StoredItem::LEFTOVER).count(), 0);
  v1::PruneStorageRequest request;
  request.set_delete_quarantined(true);
  ASSERT_TRUE(Prune(request, &pruned).ok());
  EXPECT_EQ(pruned.freed_bytes(), 7);
  EXPECT_EQ(UseOf(v1::StoredItem::QUARANTINED).count(), 0);
}

TEST_F(StorageTest, TheReserveIsThereWhileTheServerServesAndWhenItStopped) {
  std::string reserve = data_dir() + "/reserve";
  EXPECT_EQ(std::filesystem::file_size(reserve), 16u << 20);
  StopServer();
  StartServer();
  EXPECT_EQ(std::filesystem::file_size(reserve), 16u << 20);
}

TEST_F(StorageTest, AModelThatFailedItsImportIsReplaced) {
  ScriptedWorker::Options options = WorkerOptions();
  options.answers_auxiliary = false;
  ScriptedWorker worker(options);
  ASSERT_TRUE(worker.Connect().ok());
  v1::Model first = ImportModel("m");
  ScriptedWorker::Assignment import = worker.AwaitWork("models/m");
  worker.Fail(import, absl::InvalidArgumentError("no weights"), false);
  worker.AwaitGone(import);
  int before = CountArtifacts();
  v1::Model second = ImportModel("m");
  EXPECT_EQ(second.name(), "models/m");
  EXPECT_NE(second.uid(), first.uid());
  v1::ListModelsResponse models;
  ASSERT_TRUE(models_->ListModels(CallContext().get(), {}, &models).ok());
  ASSERT_THAT(models.models(), SizeIs(1));
  EXPECT_EQ(models.models(0).uid(), second.uid());
  // The first one's bytes go after the commit, and before the server ends.
  StopServer();
  EXPECT_EQ(CountArtifacts(), before);
}

}  // namespace
}  // namespace tunesmith::testing
