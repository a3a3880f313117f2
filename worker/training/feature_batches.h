#ifndef TUNESMITH_WORKER_TRAINING_FEATURE_BATCHES_H_
#define TUNESMITH_WORKER_TRAINING_FEATURE_BATCHES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "worker/training/batch_maker.h"
#include "worker/training/feature_cache.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// While nothing but the head of a classifier trains, batches of the features in
// front of it, which are computed once for each sample and view; otherwise
// batches of `source`. Features come from one pass whose shape never changes -
// equal lengths, a fixed number of rows, in evaluation mode - so that their
// bits do not depend on the batch, or on whether they were kept.
class FeatureBatches : public BatchMaker {
 public:
  struct Options {
    FeatureOptions features;
    Precision precision = Precision::kFp32;
    // Whether training samples are varied; without, all views are one.
    bool varied = false;
    // What the features depend on besides the weights and the sample: inputs'
    // transform, device, libraries, seed of the augmentation.
    std::string circumstances;
  };

  // `model` is the network of `source` and outlives it. `log` hears what is
  // worth a line for people.
  FeatureBatches(std::shared_ptr<Classifier> model,
                 std::unique_ptr<BatchMaker> source, Options options,
                 std::function<void(const std::string&)> log);
  ~FeatureBatches() override;

  // Computes the features that are missing.
  absl::Status Prepare(std::span<const Example> examples,
                       std::span<const BatchIndices> batches,
                       const BatchUse& use,
                       const std::function<bool()>& should_stop) override;
  absl::Status Expect(std::span<const Example> examples,
                      std::span<const BatchIndices> batches,
                      const BatchUse& use,
                      const std::function<bool()>& should_stop) override;
  absl::StatusOr<ClassifierInput> MakeInput(std::span<const Example> examples,
                                            const BatchIndices& indices,
                                            const BatchUse& use) override;

 private:
  // Features that were computed and are not in the cache.
  struct Computed {
    std::vector<SampleKey> samples;
    std::vector<float> values;
  };

  // A pass whose features are on their way; one row for each sample, and more.
  struct Pass {
    std::vector<SampleKey> samples;
    Readback features;
  };

  // Finds the cache of the network as it is now.
  void OpenCache();
  // Forgets everything: the network moves.
  void Forget();
  // Expect, for a network that does not move.
  absl::Status Ensure(std::span<const Example> examples,
                      std::span<const BatchIndices> batches,
                      const BatchUse& use,
                      const std::function<bool()>& should_stop);
  // What `source` is asked for.
  BatchUse ViewOf(const BatchUse& use) const;
  // Training's own for training; else fp32, since figures of the result are
  // those of fp32, and features are kept for all evaluations.
  Precision PrecisionOf(const BatchUse& use) const;
  SampleKey KeyOf(const Example& example, const BatchUse& use) const;
  std::span<const std::byte> Find(const SampleKey& key) const;
  // Begins a pass over at most rows_ examples of equal length.
  absl::StatusOr<Pass> Begin(std::span<const Example> examples,
                             const BatchIndices& indices, const BatchUse& use);
  // Adds what it gave to `computed_`, and stores that when it is enough.
  void Take(Pass pass);
  absl::Status ComputeAll(std::span<const Example> examples,
                          const BatchIndices& missing, const BatchUse& use,
                          const std::function<bool()>& should_stop);
  // Puts what was computed into the cache, or keeps it in memory.
  void Store();

  const std::shared_ptr<Classifier> model_;
  const std::unique_ptr<BatchMaker> source_;
  const Options options_;
  // Of a pass.
  const size_t rows_;
  const std::function<void(const std::string&)> log_;
  // Whether what follows is of the network as it is.
  bool ready_ = false;
  std::unique_ptr<FeatureCache> cache_;
  std::vector<int64_t> shape_;
  Computed computed_;
  // Blocks that no cache took, and where a sample is in them.
  std::vector<std::vector<float>> kept_;
  std::unordered_map<SampleKey, std::span<const std::byte>> in_memory_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_FEATURE_BATCHES_H_
