#ifndef TUNESMITH_TESTS_GOLDEN_REFERENCE_PYTHON_H_
#define TUNESMITH_TESTS_GOLDEN_REFERENCE_PYTHON_H_

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tunesmith::worker {

// As a script says that a package is missing.
inline constexpr int kNoReference = 77;

// Runs a script of tests/golden with the Python of `deploy/setup --reference`,
// or that of TUNESMITH_REFERENCE_PYTHON; returns its exit status, kNoReference
// without such a Python.
inline int RunReference(const std::string& script,
                        const std::string& arguments) {
  const char* given = std::getenv("TUNESMITH_REFERENCE_PYTHON");
  const char* home = std::getenv("HOME");
  const std::string python = given != nullptr
                                 ? given
                                 : std::string(home == nullptr ? "" : home) +
                                       "/.cache/tunesmith/reference/bin/python";
  if (!std::filesystem::exists(python)) return kNoReference;
  const int status = std::system(
      (python + " " + TUNESMITH_GOLDEN_DIR + "/" + script + " " + arguments)
          .c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_GOLDEN_REFERENCE_PYTHON_H_
