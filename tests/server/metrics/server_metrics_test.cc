#include "server/metrics/server_metrics.h"

#include <string>

#include "gmock/gmock.h"
#include "grpcpp/support/status.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"
#include "server/metrics/rpc_counter.h"
#include "server/metrics/server_gauges.h"

namespace tunesmith::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Page(const prometheus::Collectable& collectable) {
  return prometheus::TextSerializer().Serialize(collectable.Collect());
}

TEST(ServerMetricsTest, CountsWhatJobsDo) {
  ServerMetrics metrics;
  metrics.JobCreated();
  metrics.JobCreated();
  metrics.JobStarted(absl::Seconds(2));
  metrics.JobEnded(v1::Job::FAILED, v1::ERROR_REASON_BAD_ROW,
                   absl::Seconds(20));
  metrics.JobEnded(v1::Job::SUCCEEDED, v1::ERROR_REASON_UNSPECIFIED,
                   absl::Seconds(20));
  std::string page = Page(*metrics.registry());
  EXPECT_THAT(page, HasSubstr("tunesmith_job_submissions_total 2"));
  EXPECT_THAT(page, HasSubstr("reason=\"BAD_ROW\""));
  EXPECT_THAT(page, HasSubstr("tunesmith_job_queue_wait_seconds_sum 2"));
  EXPECT_THAT(page, HasSubstr("tunesmith_job_duration_seconds_count 2"));
}

TEST(ServerMetricsTest, UnknownReasonsMakeNoLabel) {
  ServerMetrics metrics;
  metrics.JobEnded(v1::Job::FAILED, static_cast<v1::ErrorReason>(12345),
                   absl::Seconds(1));
  EXPECT_THAT(Page(*metrics.registry()), Not(HasSubstr("12345")));
}

TEST(ServerMetricsTest, CountsTransactionsAndTheirWrites) {
  ServerMetrics metrics;
  metrics.Committed(5, absl::Milliseconds(3));
  metrics.Committed(2, absl::Milliseconds(3));
  std::string page = Page(*metrics.registry());
  EXPECT_THAT(page, HasSubstr("tunesmith_store_transactions_total 2"));
  EXPECT_THAT(page, HasSubstr("tunesmith_store_writes_total 7"));
  EXPECT_THAT(page, HasSubstr("tunesmith_store_commit_seconds_count 2"));
}

TEST(ServerMetricsTest, CountsFaultsOfPlaces) {
  ServerMetrics metrics;
  metrics.PlaceFailed(v1::PLACE_FAULT_DISK);
  std::string page = Page(*metrics.registry());
  EXPECT_THAT(
      page, HasSubstr("tunesmith_worker_place_faults_total{fault=\"DISK\"} 1"));
  EXPECT_THAT(
      page, HasSubstr("tunesmith_worker_place_faults_total{fault=\"HANG\"} 0"));
}

TEST(ServerMetricsTest, FreedBytesAddUpByCause) {
  ServerMetrics metrics;
  metrics.Freed("retention", 100);
  metrics.Freed("retention", 20);
  metrics.Freed("request", 7);
  std::string page = Page(*metrics.registry());
  EXPECT_THAT(page,
              HasSubstr("tunesmith_storage_freed_bytes_total{cause=\"retention"
                        "\"} 120"));
  EXPECT_THAT(
      page,
      HasSubstr("tunesmith_storage_freed_bytes_total{cause=\"request\"} 7"));
}

TEST(ServerGaugesTest, EveryKindOfWhatIsStoredIsThere) {
  ServerGauges gauges([] {
    ServerLevels levels;
    levels.stored_bytes[v1::StoredItem::CHECKPOINTS] = 3000;
    levels.disk_free_bytes = 17;
    levels.disk_capacity_bytes = 40;
    return levels;
  });
  std::string page = Page(gauges);
  EXPECT_THAT(page,
              HasSubstr("tunesmith_stored_bytes{kind=\"CHECKPOINTS\"} 3000"));
  EXPECT_THAT(page, HasSubstr("tunesmith_stored_bytes{kind=\"LEFTOVER\"} 0"));
  EXPECT_THAT(page, HasSubstr("tunesmith_disk_free_bytes 17"));
  EXPECT_THAT(page, HasSubstr("tunesmith_disk_capacity_bytes 40"));
}

TEST(ServerGaugesTest, EveryStateIsThere) {
  ServerGauges gauges([] {
    ServerLevels levels;
    levels.jobs[v1::Job::RUNNING] = 3;
    levels.queue_depth[v1::Slot::TRAINING] = 9;
    levels.workers[v1::Worker::QUARANTINED] = 1;
    levels.slots[{v1::Slot::AUXILIARY, ServerLevels::SlotState::kBusy}] = 2;
    levels.slots[{v1::Slot::TRAINING, ServerLevels::SlotState::kOutOfService}] =
        1;
    levels.watchers = 4;
    return levels;
  });
  std::string page = Page(gauges);
  EXPECT_THAT(page, HasSubstr("tunesmith_jobs{state=\"RUNNING\"} 3"));
  EXPECT_THAT(page, HasSubstr("tunesmith_jobs{state=\"CANCELLED\"} 0"));
  EXPECT_THAT(page, HasSubstr("tunesmith_queue_depth{purpose=\"TRAINING\"} 9"));
  EXPECT_THAT(
      page,
      HasSubstr("tunesmith_slots{purpose=\"AUXILIARY\",state=\"busy\"} 2"));
  EXPECT_THAT(
      page,
      HasSubstr("tunesmith_slots{purpose=\"TRAINING\",state=\"free\"} 0"));
  EXPECT_THAT(page, HasSubstr("tunesmith_slots{purpose=\"TRAINING\",state="
                              "\"out_of_service\"} 1"));
  EXPECT_THAT(page, HasSubstr("tunesmith_workers{state=\"QUARANTINED\"} 1"));
  EXPECT_THAT(page, HasSubstr("tunesmith_watchers 4"));
}

TEST(RpcCounterTest, CountsByMethodAndCode) {
  prometheus::Registry registry;
  RpcCounter counter(registry);
  counter.Count("/tunesmith.v1.JobService/GetJob", grpc::StatusCode::OK);
  counter.Count("/tunesmith.v1.JobService/GetJob", grpc::StatusCode::OK);
  counter.Count("/tunesmith.v1.JobService/GetJob", grpc::StatusCode::NOT_FOUND);
  counter.Count("/tunesmith.v1.JobService/GetJob",
                static_cast<grpc::StatusCode>(99));
  std::string page = Page(registry);
  EXPECT_THAT(page, HasSubstr("code=\"OK\""));
  EXPECT_THAT(page, HasSubstr("method=\"tunesmith.v1.JobService/GetJob\"} 2"));
  EXPECT_THAT(page, HasSubstr("code=\"NOT_FOUND\""));
  EXPECT_THAT(page, HasSubstr("code=\"UNKNOWN\""));
}

TEST(RpcCounterTest, MethodsThatDoNotExistShareALabel) {
  prometheus::Registry registry;
  RpcCounter counter(registry);
  counter.Count("/made.up/One", grpc::StatusCode::UNIMPLEMENTED);
  counter.Count("/made.up/Two", grpc::StatusCode::UNIMPLEMENTED);
  std::string page = Page(registry);
  EXPECT_THAT(page, Not(HasSubstr("made.up")));
  EXPECT_THAT(page, HasSubstr("method=\"unknown\"} 2"));
}

}  // namespace
}  // namespace tunesmith::server
