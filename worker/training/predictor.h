#ifndef TUNESMITH_WORKER_TRAINING_PREDICTOR_H_
#define TUNESMITH_WORKER_TRAINING_PREDICTOR_H_

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/example.h"
#include "worker/models/description.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// A fine-tuned classifier that answers, in fp32, as its final evaluation did.
// Not thread-safe.
class Predictor {
 public:
  // From a model directory. `device`: "cpu" or "cuda:N". INVALID_ARGUMENT with
  // reason TASK_NOT_SUPPORTED when the model has no head; errors of
  // DescribeModel and OpenDevice.
  static absl::StatusOr<std::unique_ptr<Predictor>> Load(
      const std::string& directory, const std::string& device, int threads);
  virtual ~Predictor() = default;

  virtual const ModelDescription& description() const = 0;

  // Of each example the probabilities of ModelDescription::head_labels, in
  // their order. Labels of the examples count for nothing. CANCELLED when
  // `should_stop` said so, which is asked before every batch; errors of
  // BatchMaker and CatchTorchErrors.
  virtual absl::StatusOr<std::vector<std::vector<double>>> Probabilities(
      std::span<const Example> examples,
      const std::function<bool()>& should_stop) = 0;

  // How well it does on examples, of which there are some, whose labels are
  // positions in ModelDescription::head_labels: a final evaluation on test
  // data. Errors of Probabilities and CheckMeasured.
  virtual absl::StatusOr<EvaluationFigures> Evaluate(
      std::span<const Example> examples,
      const std::function<bool()>& should_stop) = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_PREDICTOR_H_
