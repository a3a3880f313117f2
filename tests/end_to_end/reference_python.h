#ifndef TUNESMITH_TESTS_END_TO_END_REFERENCE_PYTHON_H_
#define TUNESMITH_TESTS_END_TO_END_REFERENCE_PYTHON_H_

#include <string>
#include <vector>

namespace tunesmith::testing {

// The Python that has the reference stack: TUNESMITH_REFERENCE_PYTHON, or where
// `deploy/setup --reference` puts it. Empty where it is not there; the test is
// to be skipped with kNoReferencePython then.
std::string ReferencePython();

inline constexpr char kNoReferencePython[] =
    "no Python with transformers: run deploy/setup --reference or set "
    "TUNESMITH_REFERENCE_PYTHON";

// Runs a script of this folder with it; `input` is a file for standard input,
// or empty. What it printed; the test fails when the script does.
std::string RunReference(const std::string& script,
                         const std::vector<std::string>& arguments,
                         const std::string& input = "");

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_END_TO_END_REFERENCE_PYTHON_H_
