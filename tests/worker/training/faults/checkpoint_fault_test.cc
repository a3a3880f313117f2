// Checkpoints under faults: the process is gone, or a call fails, at every
// single file operation of a checkpoint. Whatever is left on the disk, what was
// told to be a checkpoint is one, and the run goes on from it to the same bits.
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/artifact/manifest.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/training/fake_run.h"
#include "tests/worker/training/faults/file_faults.h"
#include "worker/training/train.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

// Seals as the trainer does.
class SealingStore : public FakeCheckpointStore {
 public:
  using FakeCheckpointStore::FakeCheckpointStore;

  absl::Status Seal(int64_t step) override {
    auto sealed = SealDirectory(PathOf(step));
    if (sealed.ok()) digests[step] = sealed->manifest_sha256;
    return sealed.status();
  }

  std::map<int64_t, std::string> digests;
};

// What the server would know: a line "{step} {digest}" for each checkpoint.
class ReportingObserver : public RecordingObserver {
 public:
  ReportingObserver(const SealingStore& store, std::string path)
      : store_(store), path_(std::move(path)) {}

  void OnCheckpoint(const CheckpointFigures& figures) override {
    RecordingObserver::OnCheckpoint(figures);
    std::ofstream(path_, std::ios::app)
        << figures.step << " " << store_.digests.at(figures.step) << "\n";
  }

 private:
  const SealingStore& store_;
  const std::string path_;
};

class CheckpointFaultTest : public ::testing::Test {
 protected:
  CheckpointFaultTest() {
    options_.epochs = std::nullopt;
    options_.max_steps = 5;
    options_.checkpoints.period_steps = 2;
    options_.evaluate_baseline = false;
    inputs_.test.clear();
    fs::create_directory(checkpoints());
  }

  std::string checkpoints() const { return files_.path() + "/checkpoints"; }
  std::string reports() const { return files_.path() + "/reports"; }

  absl::StatusOr<TrainingResult> Run(const std::string& output,
                                     const std::string& resume = "") {
    fs::remove_all(output);
    fs::create_directories(output);
    SealingStore store(checkpoints());
    ReportingObserver observer(store, reports());
    TickingClock clock;
    auto result = Train(inputs_, options_,
                        {.output_directory = output,
                         .resume_directory = resume,
                         .checkpoints = &store},
                        observer, clock);
    failures_ = observer.failures.size();
    return result;
  }

  // The newest checkpoint that was told of and is sound.
  std::string Newest() const {
    std::ifstream file(reports());
    std::string newest;
    int64_t step = 0;
    std::string digest;
    while (file >> step >> digest) {
      std::string directory = checkpoints() + "/" + std::to_string(step);
      EXPECT_TRUE(VerifyDirectory(directory, digest).ok()) << directory;
      newest = directory;
    }
    return newest;
  }

  void Clear() {
    fs::remove_all(checkpoints());
    fs::create_directory(checkpoints());
    fs::remove(reports());
  }

  // Operations of an undisturbed run, which leaves its weights behind.
  int64_t CountOperations() {
    FileFaults::Arm(checkpoints(), FileFaults::Kind::kNone, 0);
    EXPECT_TRUE(Run(whole_).ok());
    int64_t count = FileFaults::Disarm();
    expected_ = ReadBytes(whole_ + "/model.safetensors");
    return count;
  }

  ScratchDirectory files_;
  TrainingInputs inputs_ = TinyInputs();
  TrainingOptions options_ = TinyOptions();
  const std::string whole_ = files_.path() + "/whole";
  const std::string output_ = files_.path() + "/output";
  std::string expected_;
  size_t failures_ = 0;
};

TEST_F(CheckpointFaultTest, KilledAtEveryFileOperation) {
  int64_t operations = CountOperations();
  ASSERT_GT(operations, 40);
  for (int64_t n = 1; n <= operations; ++n) {
    SCOPED_TRACE(n);
    Clear();
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      FileFaults::Arm(checkpoints(), FileFaults::Kind::kKill, n);
      (void)Run(output_);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_TRUE(Run(output_, Newest()).ok());
    ASSERT_EQ(ReadBytes(output_ + "/model.safetensors"), expected_);
  }
}

TEST_F(CheckpointFaultTest, AFailureAtEveryFileOperationEndsNothing) {
  int64_t operations = CountOperations();
  for (int error : {ENOSPC, EIO}) {
    size_t told = 0;
    for (int64_t n = 1; n <= operations; ++n) {
      SCOPED_TRACE(n);
      Clear();
      FileFaults::Arm(checkpoints(), FileFaults::Kind::kFail, n, error);
      auto result = Run(output_);
      FileFaults::Disarm();
      ASSERT_TRUE(result.ok()) << result.status();
      ASSERT_EQ(ReadBytes(output_ + "/model.safetensors"), expected_);
      told += failures_;
      // What was told of is sound.
      Newest();
    }
    EXPECT_GT(told, 30u);
  }
}

TEST_F(CheckpointFaultTest, EveryDamagedRegionIsNoticed) {
  CountOperations();
  std::string directory = Newest();
  std::ifstream file(reports());
  std::string digest;
  int64_t step = 0;
  while (file >> step >> digest) {
  }
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    SCOPED_TRACE(entry.path());
    const std::string bytes = ReadBytes(entry.path());
    auto write = [&](const std::string& changed) {
      std::ofstream(entry.path(), std::ios::binary) << changed;
    };
    for (size_t i = 0; i < 64; ++i) {
      std::string changed = bytes;
      changed[i * (bytes.size() - 1) / 63] ^= static_cast<char>(1 << (i % 8));
      write(changed);
      EXPECT_FALSE(VerifyDirectory(directory, digest).ok()) << i;
    }
    for (size_t size : {size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      write(bytes.substr(0, size));
      EXPECT_FALSE(VerifyDirectory(directory, digest).ok()) << size;
    }
    write(bytes + "x");
    EXPECT_FALSE(VerifyDirectory(directory, digest).ok());
    write(bytes);
    EXPECT_TRUE(VerifyDirectory(directory, digest).ok());
    fs::rename(entry.path(), directory + "/gone");
    EXPECT_FALSE(VerifyDirectory(directory, digest).ok());
    fs::rename(directory + "/gone", entry.path());
  }
}

}  // namespace
}  // namespace tunesmith::worker
