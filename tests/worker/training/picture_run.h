#ifndef TUNESMITH_TESTS_WORKER_TRAINING_PICTURE_RUN_H_
#define TUNESMITH_TESTS_WORKER_TRAINING_PICTURE_RUN_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "tests/worker/training/attempt.h"
#include "worker/data/archive.h"

namespace tunesmith::worker {

// Pictures in memory; counts how often one is read.
class FakeArchive : public Archive {
 public:
  // Small pictures of three classes, which differ in colour.
  explicit FakeArchive(int count);

  const std::vector<File>& files() const override { return files_; }
  absl::StatusOr<std::string> Read(size_t index,
                                   int64_t max_bytes) const override;

  int64_t reads() const { return reads_; }

  // The pictures from `first` on, as examples of rows from 1 on.
  static std::vector<Example> Examples(std::shared_ptr<const FakeArchive> from,
                                       int first, int count);

 private:
  std::vector<File> files_;
  std::vector<std::string> bytes_;
  mutable std::atomic<int64_t> reads_ = 0;
};

// A run of the tiny golden ResNet, with its normalisation, in which everything
// trains.
struct PicturePlan : Plan {
  std::shared_ptr<const FakeArchive> archive;
};
PicturePlan PictureRun();

// The plan of its parameters; see PlanFreezing.
std::vector<ParameterPlan> PlanFreezingPictures(
    const std::vector<std::string>& frozen);

// A flip and a crop.
void Vary(TrainingOptions& options);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_TRAINING_PICTURE_RUN_H_
