// The libraries that `deploy/setup --cuda` brings open without a device and
// without a search path of the environment's.

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "ATen/Parallel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::StartsWith;

// What NVIDIA's libraries link of the system's and is not in every process.
constexpr const char* kSystemLibraries[] = {"libz.so.", "libutil.so.",
                                            "librt.so."};

std::string DepsDirectory() {
  return std::filesystem::canonical(TUNESMITH_DEPS_DIR).string();
}

// What the process has open, by canonical path.
std::set<std::string> OpenLibraries() {
  std::set<std::string> paths;
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* paths) {
        std::error_code none;
        std::filesystem::path path =
            std::filesystem::canonical(info->dlpi_name, none);
        if (!none) static_cast<std::set<std::string>*>(paths)->insert(path);
        return 0;
      },
      &paths);
  return paths;
}

class CudaLibraries : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(TUNESMITH_DEPS_DIR "/nvidia/cudnn")) {
      GTEST_SKIP() << "the CUDA libraries are not there: deploy/setup --cuda";
    }
    // The CPU side is linked, as it is into the trainer.
    ASSERT_GT(at::get_num_threads(), 0);
    before_ = OpenLibraries();
  }

  void ExpectAllOpenedComeFromDeps() {
    for (const std::string& path : OpenLibraries()) {
      std::string name = std::filesystem::path(path).filename();
      if (before_.contains(path) ||
          std::ranges::any_of(kSystemLibraries, [&](const char* library) {
            return name.starts_with(library);
          })) {
        continue;
      }
      EXPECT_THAT(path, StartsWith(DepsDirectory() + "/"));
    }
  }

 private:
  std::set<std::string> before_;
};

TEST_F(CudaLibraries, LibTorchsOpensAsInTheTrainerAndTakesNoneFromElsewhere) {
  // By name: the program's own path is that of its CPU side.
  EXPECT_NE(dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL), nullptr)
      << dlerror();
  ExpectAllOpenedComeFromDeps();
}

TEST_F(CudaLibraries, EachOfNvidiasOpens) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           TUNESMITH_DEPS_DIR "/nvidia")) {
    std::string path = entry.path().string();
    if (path.find(".so") == std::string::npos) continue;
    EXPECT_NE(dlopen(path.c_str(), RTLD_NOW), nullptr) << dlerror();
    ++count;
  }
  EXPECT_GT(count, 20);
  ExpectAllOpenedComeFromDeps();
}

}  // namespace
}  // namespace tunesmith::worker
