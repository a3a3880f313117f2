#ifndef TUNESMITH_TESTS_GOLDEN_RUN_REFERENCE_H_
#define TUNESMITH_TESTS_GOLDEN_RUN_REFERENCE_H_

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "tests/reference_python.h"

namespace tunesmith::worker {

// As a script says that a package is missing.
inline constexpr int kNoReference = 77;

// Runs a script of tests/golden with ReferencePython; returns its exit status,
// kNoReference without such a Python.
inline int RunReference(const std::string& script,
                        const std::string& arguments) {
  const std::string python = testing::ReferencePython();
  if (python.empty()) return kNoReference;
  const int status = std::system(
      (python + " " + TUNESMITH_GOLDEN_DIR + "/" + script + " " + arguments)
          .c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_GOLDEN_RUN_REFERENCE_H_
