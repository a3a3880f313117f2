#ifndef TUNESMITH_WORKER_TRAINING_CHECKPOINT_DIGEST_H_
#define TUNESMITH_WORKER_TRAINING_CHECKPOINT_DIGEST_H_

#include <string>

#include "proto/artifact/manifest.h"

namespace tunesmith::worker {

// SHA-256 over what the files of a checkpoint (see checkpoint.h) say of weights
// and optimizer state: equal for equal ones, whatever was measured and however
// long it took.
std::string DigestOfTensors(const Manifest& checkpoint);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_CHECKPOINT_DIGEST_H_
