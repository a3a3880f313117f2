// libparquet exports an OpenSSL of its own: linked ahead of the system's, it
// answered for ours.

#include <stdio.h>

#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::Contains;

// Names that the trainer looks up at start, with the library that answers.
struct Binding {
  std::string library;
  std::string symbol;
};

std::vector<Binding> BindingsOfTheTrainer() {
  // The dynamic linker says each binding of each file: keep the program's.
  const std::string command =
      "LD_DEBUG=bindings LD_BIND_NOW=1 '" TUNESMITH_TRAINER
      "' --help 2>&1 >/dev/null | grep -F 'binding file " TUNESMITH_TRAINER
      " '";
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  while (size_t n = fread(buffer, 1, sizeof(buffer), pipe)) {
    text.append(buffer, n);
  }
  EXPECT_EQ(pclose(pipe), 0);
  const std::regex pattern(" to (\\S+) \\[\\d+\\]: normal symbol `([^']+)'");
  std::vector<Binding> bindings;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end;
       it != end; ++it) {
    bindings.push_back({(*it)[1], (*it)[2]});
  }
  return bindings;
}

TEST(TrainerLibraries, TheSystemsOpenSslComputesDigests) {
  std::vector<std::string> digest_symbols;
  for (const auto& [library, symbol] : BindingsOfTheTrainer()) {
    bool is_openssl = absl::StrContains(library, "/libcrypto.so");
    if (absl::StartsWith(symbol, "EVP_")) {
      EXPECT_TRUE(is_openssl) << symbol << " is answered by " << library;
      digest_symbols.push_back(symbol);
    }
    // All that is ours to call there is C++.
    if (absl::StrContains(library, "/libparquet.so")) {
      EXPECT_TRUE(absl::StartsWith(symbol, "_Z")) << symbol;
    }
  }
  EXPECT_THAT(digest_symbols, Contains("EVP_DigestUpdate"));
}

}  // namespace
}  // namespace tunesmith::worker
