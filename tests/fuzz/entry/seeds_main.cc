// fuzz_seeds DIRECTORY: writes {target}/{number} for every seed.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/fuzz/seeds.h"
#include "tests/fuzz/targets.h"

int main(int argc, char** argv) {
  using tunesmith::worker::SeedsOf;
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds DIRECTORY\n");
    return 2;
  }
  for (const auto& target : tunesmith::worker::AllFuzzTargets()) {
    const auto directory = std::filesystem::path(argv[1]) / target.name;
    std::filesystem::create_directories(directory);
    int number = 0;
    for (const std::string& seed : SeedsOf(target.name)) {
      std::ofstream(directory / std::to_string(number++), std::ios::binary)
          << seed;
    }
  }
  return 0;
}
