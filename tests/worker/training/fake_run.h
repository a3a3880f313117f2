#ifndef TUNESMITH_TESTS_WORKER_TRAINING_FAKE_RUN_H_
#define TUNESMITH_TESTS_WORKER_TRAINING_FAKE_RUN_H_

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "proto/contract/base/clock.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// A clock on which every look takes 10 ms.
class TickingClock : public Clock {
 public:
  absl::Time Now() const override { return absl::UnixEpoch() + Monotonic(); }
  absl::Duration Monotonic() const override {
    now_ += absl::Milliseconds(10);
    return now_;
  }

 private:
  mutable absl::Duration now_;
};

// Remembers what it hears.
class RecordingObserver : public TrainingObserver {
 public:
  void OnProgress(const TrainingProgress& p) override { progress.push_back(p); }
  void OnMetric(DataSplit split, std::string_view name, int64_t step, double,
                double value) override {
    auto [it, added] =
        metrics.emplace(std::tuple(split, std::string(name), step), value);
    if (!added && it->second != value) ++conflicts;
  }
  void OnEvaluation(const EvaluationFigures& figures) override {
    evaluations.push_back(figures);
  }
  void OnSkippedStep(int64_t step, const std::vector<int64_t>& rows) override {
    skipped[step] = rows;
  }
  void OnMicrobatch(const Microbatch& microbatch) override {
    microbatches.push_back(microbatch);
  }
  void OnCheckpoint(const CheckpointFigures& figures) override {
    checkpoints.push_back(figures);
  }
  void OnEnvironmentChanged(int64_t, std::string_view differences) override {
    environment_changes.emplace_back(differences);
  }
  void OnCheckpointFailed(int64_t, const absl::Status& why) override {
    failures.push_back(why);
  }
  void OnLog(std::string_view message) override { log.emplace_back(message); }
  StopRequest ShouldStop() override {
    return asked++ >= stop_after ? stop : StopRequest::kNone;
  }

  std::vector<TrainingProgress> progress;
  std::map<std::tuple<DataSplit, std::string, int64_t>, double> metrics;
  std::vector<EvaluationFigures> evaluations;
  // Rows of the batches, by step.
  std::map<int64_t, std::vector<int64_t>> skipped;
  std::vector<Microbatch> microbatches;
  std::vector<CheckpointFigures> checkpoints;
  // Of checkpoints.
  std::vector<absl::Status> failures;
  std::vector<std::string> environment_changes;
  std::vector<std::string> log;
  // Metrics that came twice with different values.
  int conflicts = 0;
  int64_t asked = 0;
  int64_t stop_after = 1'000'000;
  StopRequest stop = StopRequest::kCancel;
};

// Keeps checkpoints in sub-directories of a directory; can fail to.
class FakeCheckpointStore : public CheckpointStore {
 public:
  explicit FakeCheckpointStore(std::string directory)
      : directory_(std::move(directory)) {}

  absl::StatusOr<std::string> Begin(int64_t step) override;
  absl::Status Seal(int64_t step) override;

  std::string PathOf(int64_t step) const;

  // What Seal returns.
  absl::Status seal_status;

 private:
  const std::string directory_;
};

// Texts of three classes that a tiny BERT learns: the first token decides.
std::vector<Example> SomeExamples(int count, int first_row);

// A run of the tiny golden BERT in which everything trains.
TrainingInputs TinyInputs();
TrainingOptions TinyOptions();

// Copies the tiny BERT to `directory`, with not a number as one tensor's value
// at `index`.
void WriteBrokenModel(const std::string& tensor, int64_t index,
                      const std::string& directory);

// Makes the loss of the first batch of every epoch not finite.
void SpoilFirstBatch(TrainingInputs& inputs, TrainingOptions& options);

// The plan that freezes what begins with one of `frozen`, of the tiny BERT or
// of the model in a directory.
std::vector<ParameterPlan> PlanFreezing(const std::vector<std::string>& frozen);
std::vector<ParameterPlan> PlanFreezing(const std::string& model_directory,
                                        const std::vector<std::string>& frozen);

// The plan in which what begins with a name trains from an epoch on, at half
// the learning rate, and all else at once.
std::vector<ParameterPlan> PlanUnfreezing(
    const std::map<std::string, int64_t>& epochs);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_TRAINING_FAKE_RUN_H_
