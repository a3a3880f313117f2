#ifndef TUNESMITH_WORKER_TRAINING_ENVIRONMENT_H_
#define TUNESMITH_WORKER_TRAINING_ENVIRONMENT_H_

#include <map>
#include <string>

namespace tunesmith::worker {

// What the last bits of a training depend on besides its inputs: names of
// device and libraries, instruction set, number of threads. The names of the
// entries are for people.
using Environment = std::map<std::string, std::string>;

// Of this process. `device`: "cpu" or "cuda:N".
Environment DescribeEnvironment(const std::string& device, int threads);

// "threads: 2, now 4; ..."; empty when they are equal.
std::string DescribeDifferences(const Environment& before,
                                const Environment& now);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_ENVIRONMENT_H_
