#ifndef TUNESMITH_TESTS_END_TO_END_RUN_REFERENCE_H_
#define TUNESMITH_TESTS_END_TO_END_RUN_REFERENCE_H_

#include <string>
#include <vector>

#include "tests/reference_python.h"

namespace tunesmith::testing {

// Runs a script of this folder with ReferencePython; `input` is a file for
// standard input, or empty. What it printed; the test fails when the script
// does.
std::string RunReference(const std::string& script,
                         const std::vector<std::string>& arguments,
                         const std::string& input = "");

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_END_TO_END_RUN_REFERENCE_H_
