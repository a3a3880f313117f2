#ifndef TUNESMITH_WORKER_MODELS_DESCRIPTION_H_
#define TUNESMITH_WORKER_MODELS_DESCRIPTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/models/image_input.h"
#include "worker/models/model_note.h"

namespace tunesmith::worker {

// Where in a network a parameter is; as `ModelParameter.Block` of the API.
enum class ParameterBlock { kEmbeddings, kLayer, kPooler, kHead };

// One parameter under the name that the family's files give it.
struct ParameterDescription {
  std::string name;
  // In a head, 0 stands for the number of labels.
  std::vector<int64_t> shape;
  ParameterBlock block = ParameterBlock::kLayer;
  // In kLayer: counted from 0 at the input.
  std::optional<int> layer;
  // Of a batch normalisation.
  bool normalization = false;
};

// What a model directory holds, found out from its header and config alone.
struct ModelDescription {
  // As ModelFamily::name.
  std::string family;
  // From input to output, without a head.
  std::vector<ParameterDescription> parameters;
  // What classification adds.
  std::vector<ParameterDescription> head;
  // Of `parameters`.
  int64_t parameter_count = 0;
  // Of the weights file or files.
  int64_t size_bytes = 0;
  // As safetensors names it: "F32".
  std::string dtype;
  // 0 for a network of pictures.
  int max_sequence_length = 0;
  // Set for a network of pictures.
  std::optional<ImageInputFacts> image_input;
  int layer_count = 0;
  // Labels of the classification head that the weights hold, in the order of
  // the outputs; empty without one.
  std::vector<std::string> head_labels;
  // Why the weights' head is none to go on from; empty otherwise.
  std::string head_problem;
  double dropout = 0;
  // Running means are all 0: see `Model.folded_normalization` of the API.
  bool folded_normalization = false;
  // Tensors that are not part of the network.
  std::vector<std::string> ignored_tensors;
  // Parameters of the network that the weights lack and that start from random
  // values.
  std::vector<std::string> new_parameters;
  // What else is worth a word.
  std::vector<ModelNote> notes;
};

// Reads config.json and the safetensors header of a directory and checks that
// names and shapes match. Knows every family. `image_size`: as the network is
// for pictures of another size.
//
// INVALID_ARGUMENT with a reason: MODEL_FILE_MISSING, PICKLE_WEIGHTS (only
// pickled weights are there), CORRUPT_WEIGHTS, WEIGHT_NAME_MISMATCH,
// WEIGHT_SHAPE_MISMATCH, UNSUPPORTED_MODEL; INVALID_FIELD for an `image_size`
// that the network cannot have.
absl::StatusOr<ModelDescription> DescribeModel(
    const std::string& directory, std::optional<int> image_size = {});

// Looks at every weight of the network, on up to `threads` threads. Errors of
// DescribeModel; INVALID_ARGUMENT with reason WEIGHTS_NOT_FINITE.
absl::Status CheckWeightsAreFinite(const std::string& directory, int threads);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_DESCRIPTION_H_
