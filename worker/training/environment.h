#ifndef TUNESMITH_WORKER_TRAINING_ENVIRONMENT_H_
#define TUNESMITH_WORKER_TRAINING_ENVIRONMENT_H_

#include <map>
#include <string>

#include "worker/training/options.h"

namespace tunesmith::worker {

// What the last bits of a training depend on besides its inputs: names of
// device and libraries, instruction set, number of threads. The names of the
// entries are for people.
using Environment = std::map<std::string, std::string>;

// Of this process, which runs with the options on their device.
Environment DescribeEnvironment(const TrainingOptions& options);

// "threads: 2, now 4; ..."; empty when they are equal.
std::string DescribeDifferences(const Environment& before,
                                const Environment& now);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_ENVIRONMENT_H_
