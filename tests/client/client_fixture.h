#ifndef TUNESMITH_TESTS_CLIENT_CLIENT_FIXTURE_H_
#define TUNESMITH_TESTS_CLIENT_CLIENT_FIXTURE_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cpp/cancellation.h"
#include "gtest/gtest.h"
#include "proto/contract/base/clock.h"

namespace tunesmith::testing {

// A clock that moves only when something pauses.
class FakeClock : public Clock {
 public:
  absl::Time Now() const override { return start_ + elapsed_; }
  absl::Duration Monotonic() const override { return elapsed_; }
  void Advance(absl::Duration duration) { elapsed_ += duration; }

 private:
  const absl::Time start_ = absl::FromUnixSeconds(1'700'000'000);
  absl::Duration elapsed_;
};

// Returns at once, moves a clock instead, and keeps count.
class FakePause : public client::Pause {
 public:
  explicit FakePause(FakeClock& clock) : clock_(clock) {}

  bool For(absl::Duration duration,
           const client::Cancellation& cancellation) override {
    if (cancellation.cancelled()) return false;
    clock_.Advance(duration);
    pauses.push_back(duration);
    return true;
  }

  std::vector<absl::Duration> pauses;

 private:
  FakeClock& clock_;
};

// A directory for one test.
class ScratchDirectory {
 public:
  ScratchDirectory() : path_(::testing::TempDir() + "/client-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }

  std::string operator/(const std::string& name) const {
    return path_ + "/" + name;
  }
  const std::string& path() const { return path_; }

  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(*this / name, std::ios::binary) << content;
    return *this / name;
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

 private:
  std::string path_;
};

inline std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file),
          std::istreambuf_iterator<char>()};
}

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_CLIENT_CLIENT_FIXTURE_H_
