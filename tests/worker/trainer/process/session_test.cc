#include "worker/trainer/session.h"

#include <stdlib.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/worker/trainer/process/trainer_process.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SessionTest, SaysThatItIsReadyAndOnWhat) {
  TrainerProcess trainer;
  internal::v1::TrainerMessage message;
  ASSERT_TRUE(trainer.Receive(message));
  EXPECT_EQ(message.ready().device(), "cpu");
}

TEST(SessionTest, EndsWhenTheAgentIsGone) {
  TrainerProcess trainer;
  internal::v1::TrainerMessage message;
  ASSERT_TRUE(trainer.Receive(message));
  trainer.CloseChannel();
  EXPECT_EQ(trainer.Wait(), kAgentGoneExitCode);
}

TEST(SessionTest, EndsWhenItsParentIsNotTheOneItWasPromised) {
  int exit_code = 0;
  EXPECT_EQ(TrainerOutput("--channel-fd=0 --parent-pid=1", exit_code), "");
  EXPECT_EQ(exit_code, 1);
}

TEST(SessionTest, UnknownDeviceIsAnError) {
  TrainerProcess trainer("cuda:63");
  internal::v1::TrainerMessage message;
  EXPECT_FALSE(trainer.Receive(message));
  EXPECT_NE(trainer.Wait(), 0);
}

TEST(SessionTest, ProbeDescribesTheDeviceInALineOfJson) {
  int exit_code = -1;
  std::string text = TrainerOutput("--probe --device=cpu", exit_code);
  EXPECT_EQ(exit_code, 0);
  ASSERT_FALSE(text.empty());
  auto line = nlohmann::json::parse(text);
  EXPECT_EQ(line["device"], "cpu");
  EXPECT_NE(line["name"], "");
  EXPECT_GT(line["memory_bytes"].get<int64_t>(), 0);
}

TEST(SessionTest, ATrainerWithTheCpuNeverLoadsTheDriver) {
  setenv("LD_LIBRARY_PATH", SCRIPTED_CUDA_DRIVER_DIR, 1);
  int exit_code = -1;
  std::string with_cpu = TrainerOutput("--probe --device=cpu", exit_code);
  EXPECT_EQ(exit_code, 0);
  // It is there to be found.
  std::string with_gpu = TrainerOutput("--probe --device=cuda:0", exit_code);
  unsetenv("LD_LIBRARY_PATH");
  EXPECT_THAT(with_cpu, Not(HasSubstr("scripted driver loaded")));
  EXPECT_THAT(with_gpu, HasSubstr("scripted driver loaded"));
}

TEST(SessionTest, ProbeOfADeviceThatIsNotThereFails) {
  int exit_code = 0;
  EXPECT_EQ(TrainerOutput("--probe --device=cuda:63", exit_code), "");
  EXPECT_EQ(exit_code, 1);
}

}  // namespace
}  // namespace tunesmith::worker
