#include "tests/end_to_end/run_reference.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tunesmith::testing {

std::string RunReference(const std::string& script,
                         const std::vector<std::string>& arguments,
                         const std::string& input) {
  std::string command =
      absl::StrCat(ReferencePython(), " ",
                   TUNESMITH_SOURCE_DIR "/tests/end_to_end/", script);
  for (const std::string& argument : arguments) {
    absl::StrAppend(&command, " ", argument);
  }
  if (!input.empty()) absl::StrAppend(&command, " < ", input);
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  while (size_t n = fread(buffer, 1, sizeof(buffer), pipe)) {
    output.append(buffer, n);
  }
  EXPECT_EQ(pclose(pipe), 0) << command << "\n" << output;
  return output;
}

}  // namespace tunesmith::testing
