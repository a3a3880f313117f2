// A whole agent on machines with GPUs that a scripted library plays.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/error.h"
#include "tests/worker/agent/integration/agent_fixture.h"
#include "tests/worker/devices/scripted_machine.h"

namespace tunesmith::worker {
namespace {

using internal::v1::Outcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The page at this port of this machine.
std::string Scrape(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
            0);
  const std::string request = "GET /metrics HTTP/1.0\r\n\r\n";
  EXPECT_EQ(write(fd, request.data(), request.size()),
            static_cast<ssize_t>(request.size()));
  std::string page;
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof(buffer))) > 0;) {
    page.append(buffer, n);
  }
  close(fd);
  return page;
}

class GpuAgentTest : public AgentTest {
 protected:
  // Before the machine is gone that it looks at.
  ~GpuAgentTest() override { agent_.reset(); }

  internal::v1::Hello Start(const std::string& script,
                            AgentOptions options = {}) {
    machine_.Play(script);
    options.nvml_library = SCRIPTED_NVML;
    StartAgent(std::move(options));
    return Accept();
  }

  // "device uuid" of all slots.
  static std::vector<std::string> DevicesOf(const internal::v1::Hello& hello) {
    std::vector<std::string> devices;
    for (const v1::Slot& slot : hello.slots()) {
      devices.push_back(absl::StrCat(slot.device(), " ", slot.device_uuid()));
    }
    return devices;
  }

  // Reads until a report names so many slots out of service.
  internal::v1::Report AwaitOutOfService(int count) {
    internal::v1::WorkerMessage message;
    while (call_.stream->Read(&message)) {
      if (message.has_report() &&
          message.report().out_of_service_size() == count) {
        return message.report();
      }
    }
    ADD_FAILURE() << "stream ended";
    return {};
  }

  v1::ErrorReason AwaitReason() {
    return ErrorReasonOf(FromRpcStatus(AwaitOutcome().error()));
  }

  ScriptedMachine machine_;
};

TEST_F(GpuAgentTest, EveryGpuThatWorksIsATrainingSlot) {
  internal::v1::Hello hello =
      Start("gpu GPU-a 81559 NVIDIA H100\ngpu GPU-b 40960 A100\n");
  EXPECT_THAT(DevicesOf(hello),
              ElementsAre("cuda:0 GPU-a", "cuda:1 GPU-b", "cpu "));
  EXPECT_EQ(hello.slots(0).device_kind(), v1::Resources::CUDA);
  EXPECT_EQ(hello.slots(0).device_name(), "NVIDIA H100");
  EXPECT_EQ(hello.slots(0).device_memory_bytes(), int64_t{81559} << 20);
  EXPECT_EQ(hello.slots(0).compute_capability(), "9.0");
  EXPECT_EQ(hello.report().out_of_service_size(), 0);
}

TEST_F(GpuAgentTest, MachineWithoutGpusTrainsOnItsCpu) {
  EXPECT_THAT(DevicesOf(Start("")), ElementsAre("cpu ", "cpu "));
}

TEST_F(GpuAgentTest, GpuThatFailsItsProbeIsShownWithItsReason) {
  internal::v1::Hello hello = Start("gpu GPU-a 10 A\ngpu GPU-broken 10 B\n");
  EXPECT_THAT(DevicesOf(hello),
              ElementsAre("cuda:0 GPU-a", "cuda:1 GPU-broken", "cpu "));
  ASSERT_EQ(hello.report().out_of_service_size(), 1);
  EXPECT_EQ(hello.report().out_of_service(0).slot(), 1);
  EXPECT_THAT(hello.report().out_of_service(0).reason(),
              HasSubstr("no kernel image is available"));
  EXPECT_EQ(AwaitReport(0).out_of_service_size(), 1);
}

TEST_F(GpuAgentTest, CpuTrainsWhereNoGpuWorks) {
  internal::v1::Hello hello =
      Start("gpu GPU-silent 10 A\ngpu GPU-killed 10 B\n");
  EXPECT_THAT(
      DevicesOf(hello),
      ElementsAre("cuda:0 GPU-silent", "cuda:1 GPU-killed", "cpu ", "cpu "));
  EXPECT_EQ(hello.slots(2).purpose(), v1::Slot::TRAINING);
  EXPECT_EQ(hello.report().out_of_service_size(), 2);
}

TEST_F(GpuAgentTest, OnlyVisibleGpusAreUsed) {
  AgentOptions options;
  options.visible_gpus = "2,MIG-2";
  EXPECT_THAT(DevicesOf(Start("gpu GPU-a 10 A\n"
                              "gpu GPU-b 10 B\nmig MIG-1 5 B\nmig MIG-2 5 B\n"
                              "gpu GPU-c 10 C\n",
                              options)),
              ElementsAre("cuda:0 GPU-c", "cuda:1 MIG-2", "cpu "));
}

TEST_F(GpuAgentTest, TrainersOfASharedGpuSeeTheirShareOfIt) {
  AgentOptions options;
  options.slots.slots_per_gpu = 2;
  internal::v1::Hello hello = Start("gpu GPU-a 4096 A\n", options);
  EXPECT_THAT(DevicesOf(hello),
              ElementsAre("cuda:0 GPU-a", "cuda:0 GPU-a", "cpu "));
  EXPECT_EQ(hello.slots(1).device_memory_bytes(), int64_t{2048} << 20);
  EXPECT_TRUE(hello.slots(1).device_is_shared());
  Desire("environment", /*cancel=*/false, /*fence=*/1, /*slot=*/1);
  EXPECT_EQ(NextEvent().log().message(), "first");
  EXPECT_EQ(NextEvent().log().message(), "CUDA_VISIBLE_DEVICES=GPU-a");
  EXPECT_EQ(NextEvent().log().message(), "CUDA_DEVICE_ORDER=PCI_BUS_ID");
  EXPECT_EQ(NextEvent().log().message(),
            "PYTORCH_ALLOC_CONF=per_process_memory_fraction:0.5");
}

TEST_F(GpuAgentTest, TrainersOfTheCpuSeeNoGpu) {
  Start("gpu GPU-a 4096 A\n");
  Desire("environment");
  EXPECT_EQ(NextEvent().log().message(), "first");
  EXPECT_EQ(NextEvent().log().message(), "CUDA_VISIBLE_DEVICES=");
}

TEST_F(GpuAgentTest, GpuThatFailsTwiceInARowTakesNoMoreWork) {
  Start("gpu GPU-a 4096 A\n");
  for (int fence : {1, 2}) {
    Desire("device_fails", /*cancel=*/false, fence, /*slot=*/0);
    EXPECT_EQ(AwaitReason(), v1::ERROR_REASON_DEVICE_FAILED);
  }
  EXPECT_THAT(AwaitOutOfService(1).out_of_service(0).reason(),
              HasSubstr("uncorrectable ECC error"));
  // What comes all the same is given back.
  Desire("succeed", /*cancel=*/false, /*fence=*/3, /*slot=*/0);
  Outcome outcome = AwaitOutcome();
  EXPECT_EQ(ErrorReasonOf(FromRpcStatus(outcome.error())),
            v1::ERROR_REASON_DEVICE_FAILED);
  EXPECT_TRUE(outcome.retryable());
}

TEST_F(GpuAgentTest, WorkOnAGpuThatFallsOffTheBusEnds) {
  Start("gpu GPU-a 4096 A\n");
  Desire("deaf", /*cancel=*/false, /*fence=*/1, /*slot=*/0);
  EXPECT_EQ(NextEvent().log().message(), "first");
  machine_.Play("gpu GPU-a 4096 A\nlost_after 0\n");
  EXPECT_EQ(AwaitReason(), v1::ERROR_REASON_DEVICE_FAILED);
  EXPECT_THAT(AwaitOutOfService(1).out_of_service(0).reason(),
              HasSubstr("fell off the bus"));
}

TEST_F(GpuAgentTest, MetricsTellOfDevicesAndWork) {
  Start("gpu GPU-a 4096 A\ncelsius 61\n");
  // The watch has looked before it sees the loss.
  machine_.Play("gpu GPU-a 4096 A\nlost_after 0\n");
  AwaitOutOfService(1);
  std::string page = Scrape(agent_->metrics_port());
  EXPECT_THAT(page, HasSubstr("tunesmith_worker_device_in_service{device="
                              "\"cuda:0\",uuid=\"GPU-a\"} 0"));
  EXPECT_THAT(page, HasSubstr("tunesmith_worker_device_failures_total{device="
                              "\"cuda:0\",uuid=\"GPU-a\",cause=\"lost\"} 1"));
  EXPECT_THAT(page, HasSubstr("tunesmith_worker_slots{purpose=\"training\","
                              "state=\"out_of_service\"} 1"));
}

}  // namespace
}  // namespace tunesmith::worker
