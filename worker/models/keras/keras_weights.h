#ifndef TUNESMITH_WORKER_MODELS_KERAS_KERAS_WEIGHTS_H_
#define TUNESMITH_WORKER_MODELS_KERAS_KERAS_WEIGHTS_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/formats/keras/keras_file.h"
#include "worker/formats/weight_files.h"
#include "worker/models/keras/keras_network.h"
#include "worker/models/model_note.h"

namespace tunesmith::worker {

// The weights of a model directory: those of WeightFiles::Open or, when there
// is a model.h5 instead, those of the Keras file under torchvision's names. In
// that case `config`, which says the architecture, gets what Keras builds and
// gives otherwise, unless it says something itself, and `notes` tells of it.
//
// Errors of WeightFiles::Open and of KerasFile::Open; INVALID_ARGUMENT with
// reason UNSUPPORTED_MODEL when the layers' names of the architecture are not
// known, or WEIGHT_SHAPE_MISMATCH.
absl::StatusOr<std::unique_ptr<WeightFiles>> OpenWeights(
    const std::string& directory, nlohmann::json& config,
    std::vector<ModelNote>& notes);

// What the layers are in torchvision's network. Layers that `network` does not
// name keep their own name and form: they are somebody's head.
absl::StatusOr<std::vector<ConvertedTensor>> ConvertKerasLayers(
    std::span<const KerasLayer> layers, const KerasNetwork& network);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_KERAS_KERAS_WEIGHTS_H_
