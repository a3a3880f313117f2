#ifndef TUNESMITH_WORKER_MODELS_WEIGHT_MATCHING_H_
#define TUNESMITH_WORKER_MODELS_WEIGHT_MATCHING_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/formats/weight_files.h"
#include "worker/models/description.h"
#include "worker/models/model_family.h"

namespace tunesmith::worker {

// What a network is made of, by canonical names.
struct NetworkTensors {
  std::vector<ParameterDescription> parameters;
  // Running statistics and their counters. A file may lack the counters, which
  // are of int64.
  std::vector<ParameterDescription> buffers;
  std::vector<ParameterDescription> counters;
  // Of the head's weight, 0 for the number of labels.
  std::vector<int64_t> head_shape;
};

// Which stored tensor each parameter and buffer of a network comes from.
struct WeightMatch {
  // By canonical name; points into the stored tensors.
  std::map<std::string, const StoredTensor*> sources;
  // Parameters that may be missing and are.
  std::vector<std::string> new_parameters;
  // Tensors that are not part of the network, by the file's name.
  std::vector<std::string> ignored_tensors;
  // A classification head; null without a complete one.
  const StoredTensor* head_weight = nullptr;
  const StoredTensor* head_bias = nullptr;
};

// Takes off what every tensor's name begins with where it is none of the
// network's: the name of a module around it (`module.` of DataParallel,
// `model.` of Lightning, `_orig_mod.` of a compiled one, or several). Returns
// it, or nothing. Errors of WeightFiles::Rename.
absl::StatusOr<std::string> StripWrapper(const WeightNaming& naming,
                                         WeightFiles& weights);

// INVALID_ARGUMENT with reason WEIGHT_NAME_MISMATCH, WEIGHT_SHAPE_MISMATCH, or
// UNSUPPORTED_MODEL when elements are not floating-point numbers of 16 or 32
// bits, or counters not of int64.
absl::StatusOr<WeightMatch> MatchWeights(const NetworkTensors& network,
                                         std::span<const StoredTensor> tensors,
                                         const WeightNaming& naming);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_WEIGHT_MATCHING_H_
