#ifndef TUNESMITH_TESTS_WORKER_DEVICES_SCRIPTED_MACHINE_H_
#define TUNESMITH_TESTS_WORKER_DEVICES_SCRIPTED_MACHINE_H_

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace tunesmith::worker {

// The machine that the scripted management library plays in this process; its
// script is described there.
class ScriptedMachine {
 public:
  explicit ScriptedMachine(const std::string& script = "") {
    path_ = ::testing::TempDir() + "nvml-XXXXXX";
    close(mkstemp(path_.data()));
    setenv("TUNESMITH_SCRIPTED_NVML", path_.c_str(), /*replace=*/1);
    Play(script);
  }
  ~ScriptedMachine() {
    unsetenv("TUNESMITH_SCRIPTED_NVML");
    std::filesystem::remove(path_);
  }
  ScriptedMachine(const ScriptedMachine&) = delete;
  ScriptedMachine& operator=(const ScriptedMachine&) = delete;

  // From now on it is another one. A reader sees one of them whole.
  void Play(const std::string& script) {
    const std::string next = path_ + ".next";
    std::ofstream(next) << script;
    std::filesystem::rename(next, path_);
  }

 private:
  std::string path_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_DEVICES_SCRIPTED_MACHINE_H_
