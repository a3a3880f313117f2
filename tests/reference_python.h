#ifndef TUNESMITH_TESTS_REFERENCE_PYTHON_H_
#define TUNESMITH_TESTS_REFERENCE_PYTHON_H_

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tunesmith::testing {

inline constexpr char kNoReferencePython[] =
    "no Python with transformers: run deploy/setup --reference or set "
    "TUNESMITH_REFERENCE_PYTHON";

// The Python that has the reference stack: TUNESMITH_REFERENCE_PYTHON, or where
// `deploy/setup --reference` puts it. Empty where it is not there; the test is
// to be skipped with kNoReferencePython then.
inline std::string ReferencePython() {
  const char* given = std::getenv("TUNESMITH_REFERENCE_PYTHON");
  const char* home = std::getenv("HOME");
  const std::string python = given != nullptr
                                 ? given
                                 : std::string(home == nullptr ? "" : home) +
                                       "/.cache/tunesmith/reference/bin/python";
  return std::filesystem::exists(python) ? python : "";
}

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_REFERENCE_PYTHON_H_
