#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "spdlog/spdlog.h"
#include "tests/simulation/world.h"

// simulate [--first=N] [--seeds=N] [--seed=N] [--trace]: runs histories and
// prints one line of JSON; the exit code is 1 when one of them failed.

namespace {

using tunesmith::simulation::Simulate;
using tunesmith::simulation::SimulatedServer;
using tunesmith::simulation::WorldResult;

int Run(uint64_t first, uint64_t seeds, bool trace) {
  const auto database = SimulatedServer::EmptyDatabase();
  const auto begin = std::chrono::steady_clock::now();
  int64_t steps = 0, crashes = 0, jobs = 0, commits = 0, failed = 0, ran = 0;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    WorldResult result =
        Simulate({.seed = seed, .trace = trace, .database = &database});
    ++ran;
    steps += result.steps;
    crashes += result.crashes;
    jobs += result.jobs;
    commits += result.commits;
    if (result.failure.empty()) continue;
    ++failed;
    std::fprintf(stderr, "seed %lu: %s\n", static_cast<unsigned long>(seed),
                 result.failure.c_str());
    if (failed == 10) break;
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
          .count();
  std::printf(
      "{\"seeds\": %ld, \"failed\": %ld, \"seconds\": %.3f,"
      " \"seeds_per_minute\": %.0f, \"steps\": %ld, \"jobs\": %ld,"
      " \"commits\": %ld, \"crashes\": %ld}\n",
      static_cast<long>(ran), static_cast<long>(failed), seconds,
      static_cast<double>(ran) * 60 / seconds, static_cast<long>(steps),
      static_cast<long>(jobs), static_cast<long>(commits),
      static_cast<long>(crashes));
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t first = 1, seeds = 1000;
  bool trace = false;
  auto value = [](std::string_view flag, std::string_view name,
                  uint64_t& number) {
    if (flag.substr(0, name.size()) != name) return false;
    number = std::strtoull(flag.data() + name.size(), nullptr, 10);
    return true;
  };
  for (int i = 1; i < argc; ++i) {
    std::string_view flag = argv[i];
    if (flag == "--trace") {
      trace = true;
    } else if (value(flag, "--seed=", first)) {
      seeds = 1;
    } else if (!value(flag, "--first=", first) &&
               !value(flag, "--seeds=", seeds)) {
      std::fprintf(stderr, "unknown flag: %s\n", argv[i]);
      return 2;
    }
  }
  spdlog::set_level(trace ? spdlog::level::info : spdlog::level::off);
  return Run(first, seeds, trace);
}
