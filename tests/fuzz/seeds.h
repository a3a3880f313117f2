#ifndef TUNESMITH_TESTS_FUZZ_SEEDS_H_
#define TUNESMITH_TESTS_FUZZ_SEEDS_H_

#include <string>
#include <vector>

namespace tunesmith::worker {

// What a fuzzer of that name begins with: sound and damaged golden cases.
std::vector<std::string> SeedsOf(const std::string& name);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_FUZZ_SEEDS_H_
