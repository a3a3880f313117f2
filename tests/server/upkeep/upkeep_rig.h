#ifndef TUNESMITH_TESTS_SERVER_UPKEEP_UPKEEP_RIG_H_
#define TUNESMITH_TESTS_SERVER_UPKEEP_UPKEEP_RIG_H_

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/artifact/local_artifact_store.h"
#include "proto/contract/error.h"
#include "server/upkeep/storage_keeper.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::server {

// A reserve that tells what becomes of it.
class ScriptedReserve : public DiskReserve {
 public:
  void Release() override {
    ++released;
    if (on_release) on_release();
  }
  void Refill() override { ++refilled; }

  std::function<void()> on_release;
  int released = 0;
  int refilled = 0;
};

// A control plane whose checkpoints have files, in a directory of its own.
class UpkeepTest : public ::testing::Test {
 protected:
  static constexpr absl::Duration kRetention = absl::Hours(7 * 24);
  static constexpr absl::Duration kQuarantineRetention = absl::Hours(3 * 24);

  UpkeepTest() {
    std::string pattern = ::testing::TempDir() + "upkeep.XXXXXX";
    base_ = mkdtemp(pattern.data());
    artifacts_ = *LocalArtifactStore::Create(base_ + "/artifacts");
    quarantine_ =
        std::make_unique<Quarantine>(quarantine_path(), artifacts_.get());
    MakeKeeper(kRetention);
  }
  ~UpkeepTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(base_, ignored);
  }

  void SetUp() override { plane_.AddInputs(); }

  std::string quarantine_path() const { return base_ + "/quarantine"; }

  void MakeKeeper(std::optional<absl::Duration> retention,
                  bool leaves_leftovers = false) {
    StorageKeeper::Options options;
    options.places = {.keeping = {.store = plane_.store.store.get(),
                                  .artifacts = artifacts_.get(),
                                  .drafts = &drafts_},
                      .database_path = base_ + "/database",
                      .quarantine = quarantine_.get(),
                      .policy = {.checkpoints = retention,
                                 .quarantined = kQuarantineRetention}};
    options.leaves_leftovers = leaves_leftovers;
    options.clock = &plane_.store.clock;
    options.reserve = &reserve_;
    options.on_freed = [this](const char* cause, int64_t bytes) {
      freed_[cause] += bytes;
    };
    keeper_ = std::make_unique<StorageKeeper>(std::move(options));
  }

  // A file of so many bytes under the key.
  void WriteArtifact(const std::string& key, int64_t size_bytes) {
    std::string directory = *artifacts_->Begin(key);
    std::ofstream(directory + "/tensors") << std::string(size_bytes, 'x');
  }
  bool Exists(const std::string& key) const {
    return std::filesystem::exists(base_ + "/artifacts/" + key);
  }

  // Adds a checkpoint with its files to what `row` trains; returns its key.
  std::string Checkpoint(const WorkRow& row, int64_t sequence, int64_t step,
                         int64_t size_bytes, bool best = false) {
    internal::v1::WorkEvent event = CheckpointEvent(sequence, row, step, best);
    internal::v1::Artifact& artifact =
        *event.mutable_checkpoint()->mutable_artifact();
    artifact.set_size_bytes(size_bytes);
    WriteArtifact(artifact.key(), size_bytes);
    EXPECT_TRUE(plane_.Report(row.lease(), {event}).ok());
    return artifact.key();
  }

  // What a worker gets of the job that is next.
  WorkRow Lease(const std::string& id) {
    plane_.Lease().value();
    return plane_.WorkOf(plane_.Job(id).uid()).value();
  }

  void End(const WorkRow& row, int64_t sequence) {
    ASSERT_TRUE(plane_.Report(row.lease(), {SuccessEvent(sequence, row)}).ok());
    // Of no interest here.
    plane_.observer.released.clear();
  }

  // A job that has ended, with a best checkpoint of 100 bytes after step 10 and
  // one of 200 after step 20. Returns their keys.
  std::vector<std::string> AddEndedJob(
      const std::string& id,
      const std::function<void(v1::JobSpec&)>& change = [](v1::JobSpec&) {}) {
    v1::CreateJobRequest request = JobRequest(id);
    v1::JobSpec& spec = *request.mutable_job()->mutable_spec();
    spec.mutable_hyperparameters()->set_max_steps(30);
    change(spec);
    EXPECT_TRUE(plane_.Create(request).ok());
    WorkRow row = Lease(id);
    std::vector<std::string> keys = {Checkpoint(row, 1, 10, 100, true),
                                     Checkpoint(row, 2, 20, 200)};
    End(row, 3);
    return keys;
  }

  v1::Job Fork(const std::string& name, const std::string& id) {
    v1::ForkJobRequest request;
    request.set_name(name);
    request.set_job_id(id);
    request.mutable_job()
        ->mutable_spec()
        ->mutable_hyperparameters()
        ->set_max_steps(50);
    return plane_.Fork(request).value();
  }

  std::vector<int64_t> StepsOf(const std::string& id) {
    auto rows = plane_.Ask([&](Connection& db) {
      return CheckpointTable::List(
          db, {TestControlPlane::kTenant, plane_.Job(id).uid()});
    });
    std::vector<int64_t> steps;
    for (const CheckpointRow& row : rows.value()) {
      steps.push_back(row.checkpoint.step());
    }
    return steps;
  }

  PruneResult Prune(const PruneRequest& request) {
    absl::StatusOr<PruneResult> result = keeper_->Prune(request);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : PruneResult();
  }
  PruneResult PruneAll(bool validate_only = false) {
    PruneRequest request;
    request.older_than = absl::ZeroDuration();
    request.validate_only = validate_only;
    return Prune(request);
  }
  PruneResult Sweep() {
    PruneRequest request;
    request.cause = PruneCause::kRetention;
    return Prune(request);
  }

  PruneResult DeleteQuarantined() {
    PruneRequest request;
    request.older_than = absl::ZeroDuration();
    request.delete_quarantined = true;
    return Prune(request);
  }

  std::vector<QuarantinedArtifact> Quarantined() {
    return quarantine_->List().value();
  }

  std::vector<SurveyedItem> Survey() { return keeper_->Survey().value(); }
  // What is stored of a kind, by resource.
  std::map<std::string, v1::StoredItem> Stored(v1::StoredItem::Kind kind) {
    std::map<std::string, v1::StoredItem> items;
    for (const SurveyedItem& surveyed : Survey()) {
      if (surveyed.item.kind() != kind) continue;
      items[surveyed.item.resource()] = surveyed.item;
    }
    return items;
  }

  std::string base_;
  TestControlPlane plane_;
  std::unique_ptr<ArtifactStore> artifacts_;
  std::unique_ptr<Quarantine> quarantine_;
  OpenDrafts drafts_;
  ScriptedReserve reserve_;
  std::map<std::string, int64_t> freed_;
  std::unique_ptr<StorageKeeper> keeper_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_UPKEEP_UPKEEP_RIG_H_
