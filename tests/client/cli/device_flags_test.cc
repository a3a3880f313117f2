// Where jobs run: flags that ask for a device.
#include "client/cli/commands/device_flags.h"

#include "tests/client/cli/command_line_fixture.h"

namespace tunesmith::cli {
namespace {

using ::testing::HasSubstr;

TEST_F(CommandLineTest, SubmitAsksForADevice) {
  ServeCreate();
  EXPECT_EQ(Run({"submit", "--model", "m", "--train", "datasets/d", "--device",
                 "cuda", "--device-memory", "24GiB", "--precision", "tf32",
                 "--nondeterministic", "--detach"}),
            0)
      << err();
  const v1::JobSpec& spec = created_.job().spec();
  EXPECT_EQ(spec.resources().device_kind(), v1::Resources::CUDA);
  EXPECT_EQ(spec.resources().device_memory_bytes(), int64_t{24} << 30);
  EXPECT_EQ(spec.hyperparameters().precision(), v1::Hyperparameters::TF32);
  ASSERT_TRUE(spec.hyperparameters().has_deterministic());
  EXPECT_FALSE(spec.hyperparameters().deterministic());
}

TEST_F(CommandLineTest, WithoutDeviceFlagsTheServerDecides) {
  ServeCreate();
  EXPECT_EQ(
      Run({"submit", "--model", "m", "--train", "datasets/d", "--detach"}), 0);
  EXPECT_FALSE(created_.job().spec().has_resources());
  EXPECT_FALSE(created_.job().spec().has_hyperparameters());
}

TEST_F(CommandLineTest, AForkCanBeDeterministicAgain) {
  v1::JobSpec sent;
  server_.jobs.fork = [&](const v1::ForkJobRequest& request, v1::Job& job) {
    sent = request.job().spec();
    job.set_name("jobs/b");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"fork", "a", "--deterministic", "--device", "cpu",
                 "--precision", "fp32", "--detach"}),
            0);
  v1::JobSpec changes;
  changes.mutable_resources()->set_device_kind(v1::Resources::CPU);
  changes.mutable_hyperparameters()->set_precision(v1::Hyperparameters::FP32);
  changes.mutable_hyperparameters()->set_deterministic(true);
  EXPECT_EQ(sent.SerializeAsString(), changes.SerializeAsString());
}

TEST_F(CommandLineTest, ADeviceThatThereIsNotIsBadUsage) {
  EXPECT_EQ(Run({"submit", "--device", "tpu"}), 2);
  EXPECT_THAT(err(), HasSubstr("--device"));
  EXPECT_EQ(Run({"submit", "--precision", "fp8"}), 2);
  EXPECT_EQ(Run({"submit", "--device-memory", "much"}), 2);
}

}  // namespace
}  // namespace tunesmith::cli
