#ifndef TUNESMITH_SERVER_API_MODEL_FILES_H_
#define TUNESMITH_SERVER_API_MODEL_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

// Which files of a directory belong to a model, from their names alone:
// *.json, *.txt, *.safetensors, *.model, README.md and LICENSE*. What lies in
// directories does not (but see model_intake.h).

namespace tunesmith::server {

struct ModelFile {
  // In the directory.
  std::string name;
  // What the model calls it.
  std::string kept_as;

  bool operator==(const ModelFile&) const = default;
};

// Of a Hugging Face model directory, sorted; each keeps its name. Whether a
// tokenizer belongs to it follows from the config, which is not looked at here.
//
// INVALID_ARGUMENT: PICKLE_WEIGHTS when the weights are in another format
// alone, MODEL_FILE_MISSING that names every missing file.
absl::StatusOr<std::vector<ModelFile>> SelectModelFiles(
    const std::vector<std::string>& names);

// Of a directory with the weights of a described network, sorted. One
// *.safetensors becomes model.safetensors, one Keras *.h5 model.h5; shards
// with an index keep their names.
//
// INVALID_ARGUMENT: INVALID_FIELD for `network` beside a config.json and for
// `uri` when it is unclear which file holds the weights; PICKLE_WEIGHTS,
// MODEL_FILE_MISSING.
absl::StatusOr<std::vector<ModelFile>> SelectFilesOfNetwork(
    const std::vector<std::string>& names);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_MODEL_FILES_H_
