#ifndef TUNESMITH_WORKER_MODELS_MODEL_NOTE_H_
#define TUNESMITH_WORKER_MODELS_MODEL_NOTE_H_

#include <string>

namespace tunesmith::worker {

// What was done to a model directory, or could not be taken from it.
struct ModelNote {
  // As in `Finding.Code` of the API.
  enum class Kind { kFilesDisagree, kConvertedWeights, kHeadChanged };

  Kind kind = Kind::kFilesDisagree;
  std::string message;
  // What to do to have it otherwise; empty where there is nothing to do.
  std::string suggestion = {};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_MODEL_NOTE_H_
