// Backups of a server that runs, and what is restored from them.
#include "server/backup/backup.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "proto/artifact/local_artifact_store.h"
#include "server/backup/check.h"
#include "server/backup/commands.h"
#include "server/backup/restore.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

namespace fs = std::filesystem;

// Content by path.
std::map<std::string, std::string> FilesUnder(const std::string& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::ostringstream content;
    content << std::ifstream(entry.path()).rdbuf();
    files[entry.path().lexically_relative(root)] = content.str();
  }
  return files;
}

void ChangeAByte(const fs::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  char byte = static_cast<char>(file.get());
  file.seekp(0);
  file.put(static_cast<char>(byte ^ 1));
}

class BackupTest : public ServerTest {
 protected:
  BackupTest() : worker_(WorkerOptions()) {
    EXPECT_TRUE(worker_.Connect().ok());
    CreateInputs(worker_);
  }

  std::string backup() const { return base_ + "/backup"; }
  std::string restored() const { return base_ + "/restored"; }

  absl::StatusOr<server::BackupSummary> BackUp(
      std::function<void()> before_snapshot = [] {},
      std::function<void()> after_snapshot = [] {}) {
    return server::BackUp({.data_dir = data_dir(),
                           .to = backup(),
                           .clock = &SystemClock(),
                           .before_snapshot = std::move(before_snapshot),
                           .after_snapshot = std::move(after_snapshot)});
  }
  absl::StatusOr<server::RestoreSummary> Restore() {
    return server::Restore({.from = backup(), .to = restored()});
  }
  std::vector<std::string> ProblemsOf(const std::string& dir,
                                      bool quick = false) {
    std::vector<std::string> problems;
    auto summary = server::CheckDataDirectory(
        {.data_dir = dir,
         .quick = quick,
         .on_problem = [&](const std::string& problem) {
           problems.push_back(problem);
         }});
    EXPECT_TRUE(summary.ok()) << summary.status();
    EXPECT_EQ(summary->problems, static_cast<int64_t>(problems.size()));
    return problems;
  }
  // The exit code of a command of tunesmith-server.
  static int RunCommand(std::vector<std::string> words) {
    words.insert(words.begin(), "tunesmith-server");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    auto code =
        server::RunDataCommand(static_cast<int>(argv.size()), argv.data());
    EXPECT_TRUE(code.has_value());
    return code.value_or(-1);
  }

  // A checkpoint with a file of its own; returns where it lies.
  std::string SendCheckpoint(const ScriptedWorker::Assignment& assignment,
                             int64_t step) {
    std::string key =
        absl::StrCat(assignment.item().train().checkpoint_group(), "/", step);
    auto artifacts = LocalArtifactStore::Create(artifact_root()).value();
    std::string directory = artifacts->Begin(key).value();
    fs::create_directory(directory + "/model");
    std::ofstream(directory + "/model/tensors") << "of " << key;
    internal::v1::WorkEvent event;
    internal::v1::CheckpointReport& report = *event.mutable_checkpoint();
    report.set_step(step);
    report.mutable_artifact()->set_key(key);
    report.mutable_artifact()->set_size_bytes(10);
    *report.mutable_artifact()->mutable_manifest_sha256() =
        artifacts->Commit(key).value();
    worker_.Send(assignment, {event});
    worker_.AwaitAck(assignment);
    return key;
  }
  // A job that ended; returns the key of its checkpoint.
  std::string RunJob(const std::string& id) {
    CreateJob(id);
    ScriptedWorker::Assignment assignment = worker_.AwaitWork("jobs/" + id);
    std::string key = SendCheckpoint(assignment, 10);
    worker_.Succeed(assignment);
    WatchToEnd("jobs/" + id);
    return key;
  }
  void PruneAll() {
    v1::PruneStorageResponse response;
    grpc::Status status =
        storage_->PruneStorage(CallContext().get(), {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  ScriptedWorker worker_;
};

TEST_F(BackupTest, ARestoredServerFinishesWhatRanWithTheSameBits) {
  RunJob("done");
  CreateJob("runs");
  ScriptedWorker::Assignment first = worker_.AwaitWork("jobs/runs");
  const std::string checkpoint = SendCheckpoint(first, 10);
  CreateJob("waits");
  auto summary = BackUp();
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->snapshots, 1);
  EXPECT_EQ(summary->artifacts, 5);
  const auto kept = FilesUnder(artifact_root());
  // What comes after a backup is not in it.
  worker_.Succeed(first);
  WatchToEnd("jobs/runs");
  CreateJob("later");
  const int64_t last_fence = first.item().fence();
  worker_.Disconnect();
  StopServer();

  auto restored_summary = Restore();
  ASSERT_TRUE(restored_summary.ok()) << restored_summary.status();
  EXPECT_EQ(restored_summary->artifacts, 5);
  EXPECT_THAT(kept, IsSupersetOf(FilesUnder(restored() + "/artifacts")));
  EXPECT_THAT(ProblemsOf(restored()), IsEmpty());
  options_.data_dir = restored();
  StartServer();
  EXPECT_EQ(GetJob("jobs/done").state(), v1::Job::SUCCEEDED);
  ScriptedWorker::Options options = WorkerOptions();
  options.artifact_root = restored() + "/artifacts";
  options.boot_id = 2;
  ScriptedWorker second(options);
  ASSERT_TRUE(second.Connect().ok());
  ScriptedWorker::Assignment again = second.AwaitWork("jobs/runs");
  // No attempt of the time after the backup had this fence.
  EXPECT_GT(again.item().fence(), last_fence + 1000);
  ASSERT_EQ(again.item().train().checkpoints_size(), 1);
  EXPECT_EQ(again.item().train().checkpoints(0).artifact().key(), checkpoint);
  second.Succeed(again);
  EXPECT_EQ(WatchToEnd("jobs/runs").back().state_changed().to(),
            v1::Job::SUCCEEDED);
  second.Succeed(second.AwaitWork("jobs/waits"));
  EXPECT_EQ(WatchToEnd("jobs/waits").back().state_changed().to(),
            v1::Job::SUCCEEDED);
  v1::ListJobsResponse jobs;
  ASSERT_TRUE(jobs_->ListJobs(CallContext().get(), {}, &jobs).ok());
  EXPECT_THAT(jobs.jobs(), SizeIs(3));
  EXPECT_THAT(ProblemsOf(restored()), IsEmpty());
}

TEST_F(BackupTest, ASecondBackupAddsWhatIsNewAndDropsWhatWent) {
  const std::string old = RunJob("a");
  ASSERT_TRUE(BackUp().ok());
  EXPECT_TRUE(fs::exists(backup() + "/artifacts/" + old));
  PruneAll();
  RunJob("b");
  auto summary = BackUp();
  ASSERT_TRUE(summary.ok()) << summary.status();
  // The model and the checkpoint of the second job.
  EXPECT_EQ(summary->new_artifacts, 2);
  EXPECT_EQ(summary->artifacts, 5);
  EXPECT_FALSE(fs::exists(backup() + "/artifacts/" + old));
  EXPECT_EQ(FilesUnder(backup() + "/db").size(), 1u);
  ASSERT_TRUE(Restore().ok());
  EXPECT_THAT(ProblemsOf(restored()), IsEmpty());
}

TEST_F(BackupTest, WhatIsDeletedMeanwhileIsNotMissed) {
  bool pruned = false;
  auto summary = BackUp(
      [&] {
        if (!pruned) RunJob("late");
      },
      [&] {
        if (!pruned) PruneAll();
        pruned = true;
      });
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->snapshots, 2);
  auto restored_summary = Restore();
  ASSERT_TRUE(restored_summary.ok()) << restored_summary.status();
  EXPECT_THAT(ProblemsOf(restored()), IsEmpty());
}

TEST_F(BackupTest, ADamagedBackupIsNotRestored) {
  const std::string key = RunJob("a");
  ASSERT_TRUE(BackUp().ok());
  ChangeAByte(backup() + "/artifacts/" + key + "/model/tensors");
  absl::Status status = Restore().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(key));
  // Nothing starts on what there is of it.
  server::ServerOptions options = options_;
  options.data_dir = restored();
  EXPECT_FALSE(server::Server::Create(options).ok());

  fs::remove_all(restored());
  fs::remove_all(backup() + "/artifacts/" + key);
  EXPECT_EQ(Restore().status().code(), absl::StatusCode::kDataLoss);

  fs::remove_all(restored());
  for (const auto& entry : fs::directory_iterator(backup() + "/db")) {
    ChangeAByte(entry.path());
  }
  EXPECT_EQ(Restore().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(BackupTest, AnInterruptedBackupLeavesTheEarlierOne) {
  RunJob("a");
  ASSERT_TRUE(BackUp().ok());
  const std::string key = RunJob("b");
  fs::remove_all(artifact_root() + "/" + key);
  EXPECT_EQ(BackUp().status().code(), absl::StatusCode::kDataLoss);
  auto summary = Restore();
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->artifacts, 4);
}

TEST_F(BackupTest, BadPlacesAreRefusedAndLeftAlone) {
  fs::create_directories(backup());
  std::ofstream(backup() + "/mine") << "letters";
  absl::Status status = BackUp().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("not a backup"));
  EXPECT_EQ(Restore().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FilesUnder(backup()).size(), 1u);
  auto inside = server::BackUp({.data_dir = data_dir(),
                                .to = data_dir() + "/backup",
                                .clock = &SystemClock()});
  EXPECT_EQ(inside.status().code(), absl::StatusCode::kInvalidArgument);
  auto nothing = server::BackUp({.data_dir = base_ + "/nowhere",
                                 .to = base_ + "/b",
                                 .clock = &SystemClock()});
  EXPECT_EQ(nothing.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(fs::exists(base_ + "/b"));
  fs::remove(backup() + "/mine");
  ASSERT_TRUE(BackUp().ok());
  auto onto = server::Restore({.from = backup(), .to = data_dir()});
  EXPECT_EQ(onto.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(BackupTest, ACheckFindsWhatIsMissingAndWhatIsDamaged) {
  const std::string a = RunJob("a");
  const std::string b = RunJob("b");
  EXPECT_THAT(ProblemsOf(data_dir()), IsEmpty());
  ChangeAByte(artifact_root() + "/" + a + "/model/tensors");
  fs::remove(artifact_root() + "/" + b + "/model/tensors");
  EXPECT_THAT(ProblemsOf(data_dir()),
              ::testing::UnorderedElementsAre(HasSubstr(a), HasSubstr(b)));
  EXPECT_THAT(ProblemsOf(data_dir(), /*quick=*/true),
              ElementsAre(HasSubstr(b)));
  EXPECT_EQ(RunCommand({"check", "--data-dir", data_dir()}), 1);
  PruneAll();
  EXPECT_EQ(RunCommand({"check", "--data-dir", data_dir()}), 0);
  StopServer();
  std::ofstream(data_dir() + "/ID") << "another\n";
  EXPECT_THAT(ProblemsOf(data_dir()),
              ElementsAre(HasSubstr("of another data directory")));
}

TEST_F(BackupTest, ADatabaseIsCompactedOnlyWhileNoServerRuns) {
  EXPECT_EQ(RunCommand({"compact", "--data-dir", data_dir()}), 1);
  StopServer();
  EXPECT_EQ(RunCommand({"compact", "--data-dir", data_dir()}), 0);
  EXPECT_EQ(RunCommand({"backup", "--data-dir", data_dir(), "--to", backup()}),
            0);
  EXPECT_EQ(RunCommand({"restore", "--from", backup(), "--to", restored()}), 0);
  EXPECT_EQ(RunCommand({"restore", "--from", backup(), "--to", restored()}), 1);
  StartServer();
}

}  // namespace
}  // namespace tunesmith::testing
