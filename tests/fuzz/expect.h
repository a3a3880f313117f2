#ifndef TUNESMITH_TESTS_FUZZ_EXPECT_H_
#define TUNESMITH_TESTS_FUZZ_EXPECT_H_

#include <cstdlib>

namespace tunesmith::worker {

// Ends the program, as a fuzzer wants it, where something does not hold.
inline void Expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_FUZZ_EXPECT_H_
