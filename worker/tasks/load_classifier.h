#ifndef TUNESMITH_WORKER_TASKS_LOAD_CLASSIFIER_H_
#define TUNESMITH_WORKER_TASKS_LOAD_CLASSIFIER_H_

#include <memory>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "worker/models/config_reader.h"
#include "worker/tasks/classifier.h"

namespace tunesmith::worker {

// Makes a classifier of one kind, whose encoder is a `KindOfEncoder`, from the
// pretrained network; `problem` says why another encoder will not do.
template <typename Kind, typename KindOfEncoder>
absl::StatusOr<std::shared_ptr<Kind>> LoadClassifier(
    const PretrainedModel& pretrained, const ClassifierOptions& options,
    std::string_view problem) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::shared_ptr<Encoder> loaded,
      pretrained.LoadEncoder(options.device, options.dropout, options.seed));
  auto encoder = std::dynamic_pointer_cast<KindOfEncoder>(std::move(loaded));
  if (encoder == nullptr) return UnsupportedModelError(problem);
  Head head = pretrained.LoadHead(*encoder, options.labels, options.device,
                                  options.seed);
  return std::make_shared<Kind>(std::move(encoder), std::move(head),
                                pretrained.family().naming());
}

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TASKS_LOAD_CLASSIFIER_H_
