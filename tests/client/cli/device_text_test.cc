#include "client/cli/render/device_text.h"

#include "client/cli/render/job_text.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/resource_text.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

template <class Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

v1::Worker GpuWorker() {
  return Parse<v1::Worker>(R"pb(
    name: "workers/a"
    state: CONNECTED
    slots {
      index: 0
      purpose: TRAINING
      device: "cuda:0"
      device_name: "NVIDIA H100"
      device_memory_bytes: 85899345920
      device_uuid: "GPU-1"
      compute_capability: "9.0"
      running: "jobs/a"
    }
    slots {
      index: 1
      purpose: TRAINING
      device: "cuda:1"
      device_uuid: "GPU-2"
      out_of_service: "uncorrectable ECC error"
    }
  )pb");
}

TEST(DeviceTextTest, AWorkersGpusAreShownWithWhatKeepsThemFromWork) {
  std::string text = RenderWorker(GpuWorker(), absl::UTCTimeZone());
  EXPECT_THAT(text, AllOf(HasSubstr("cuda:0 (NVIDIA H100)"), HasSubstr("GPU-1"),
                          HasSubstr("9.0"), HasSubstr("80.0 GiB"),
                          HasSubstr("jobs/a\n"),
                          HasSubstr("OUT OF SERVICE: uncorrectable ECC "
                                    "error\n")));
}

TEST(DeviceTextTest, TheListOfWorkersCountsSlotsOutOfService) {
  EXPECT_THAT(RenderWorkers({GpuWorker()}, absl::UnixEpoch()),
              HasSubstr("1 of 2, 1 OUT OF SERVICE"));
}

TEST(WorkerTextTest, AQuarantinedWorkerTellsWhatFailedAndUntilWhen) {
  v1::Worker worker = Parse<v1::Worker>(R"pb(
    name: "workers/a"
    state: QUARANTINED
    health {
      failures { fault: PLACE_FAULT_DISK count: 6 }
      failures { fault: PLACE_FAULT_HANG count: 1 }
      consecutive_failures: 5
      resume_time { seconds: 1700000000 }
      message: "no space left on device"
    }
  )pb");
  std::string text = RenderWorker(worker, absl::UTCTimeZone());
  EXPECT_THAT(text, AllOf(HasSubstr("QUARANTINED"),
                          HasSubstr("5 failures in a row, rests until "
                                    "2023-11-14"),
                          HasSubstr("no space left on device"),
                          HasSubstr("6 DISK, 1 HANG")));
  EXPECT_THAT(RenderWorkers({worker}, absl::UnixEpoch()),
              HasSubstr("5 failed, resting"));
  worker.mutable_health()->clear_resume_time();
  worker.mutable_health()->set_probing(true);
  EXPECT_THAT(RenderWorker(worker, absl::UTCTimeZone()),
              HasSubstr("gets one job at a time"));
  EXPECT_THAT(RenderWorkers({worker}, absl::UnixEpoch()),
              HasSubstr("5 failed, probing"));
}

TEST(WorkerTextTest, ADrainedWorkerTellsWhy) {
  v1::Worker worker = Parse<v1::Worker>(R"pb(
    name: "workers/a"
    state: DRAINED
    drain {
      time { seconds: 1700000000 }
      reason: "new disks"
      finish_jobs: true
    }
  )pb");
  EXPECT_THAT(RenderWorker(worker, absl::UTCTimeZone()),
              AllOf(HasSubstr("since 2023-11-14"), HasSubstr("new disks"),
                    HasSubstr("its jobs run to their end")));
  EXPECT_THAT(RenderWorkers({worker}, absl::UnixEpoch()), HasSubstr("well"));
}

TEST(DeviceTextTest, WhatRunsIsShownBesideWhatIsBroken) {
  v1::Slot slot;
  EXPECT_EQ(SlotSituation(slot), "-");
  slot.set_running("jobs/a");
  slot.set_out_of_service("ECC");
  EXPECT_EQ(SlotSituation(slot), "jobs/a; OUT OF SERVICE: ECC");
}

TEST(DeviceTextTest, AJobShowsItsDeviceAndWhatItTook) {
  auto job = Parse<v1::Job>(R"pb(
    name: "jobs/a"
    execution {
      worker: "workers/a"
      device: "cuda:0"
      device_name: "NVIDIA H100"
      device_uuid: "GPU-1"
      precision: TF32
      deterministic: true
      environment { key: "driver" value: "570.1" }
    }
    energy_joules: 84200
    resolved_spec {
      resources { device_kind: CUDA device_memory_bytes: 25769803776 }
      hyperparameters { precision: TF32 deterministic: true }
    }
  )pb");
  EXPECT_THAT(
      RenderJob(job, absl::UTCTimeZone()),
      AllOf(HasSubstr("cuda:0 (NVIDIA H100) on workers/a"), HasSubstr("GPU-1"),
            HasSubstr("TF32, deterministic"), HasSubstr("84.2 kJ"),
            HasSubstr("cuda, 24.0 GiB of memory"), Not(HasSubstr("570.1"))));
  job.mutable_execution()->set_deterministic(false);
  job.clear_energy_joules();
  EXPECT_THAT(
      RenderJob(job, absl::UTCTimeZone()),
      AllOf(HasSubstr("TF32, not deterministic"), Not(HasSubstr("energy"))));
}

TEST(DeviceTextTest, EnergyReadsLikePeopleWrite) {
  EXPECT_EQ(FormatEnergy(0), "0 J");
  EXPECT_EQ(FormatEnergy(999), "999 J");
  EXPECT_EQ(FormatEnergy(84200), "84.2 kJ");
  EXPECT_EQ(FormatEnergy(360'000), "100.0 Wh");
  EXPECT_EQ(FormatEnergy(4'500'000), "1.25 kWh");
  EXPECT_EQ(FormatEnergy(-1), "-");
}

}  // namespace
}  // namespace tunesmith::cli
