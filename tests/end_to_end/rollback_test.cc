// A job with steps that are not finite goes back to its last checkpoint once,
// with half the learning rate, and then ends with a cause.
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/cluster.h"
#include "tests/end_to_end/tiny_model.h"

namespace tunesmith::testing {
namespace {

using ::testing::HasSubstr;

// The tiny model; the last word of its vocabulary, which many texts have, is
// not a number.
void WriteDamagedModel(const std::string& directory) {
  WriteTinyModel(directory);
  constexpr int64_t kLastWord = 36;
  constexpr int64_t kRowBytes = 32 * sizeof(float);
  std::fstream file(directory + "/model.safetensors",
                    std::ios::in | std::ios::out | std::ios::binary);
  uint64_t header_bytes = 0;
  file.read(reinterpret_cast<char*>(&header_bytes), sizeof(header_bytes));
  // The word embeddings are the first tensor.
  file.seekp(static_cast<int64_t>(sizeof(header_bytes) + header_bytes) +
             kLastWord * kRowBytes);
  float value = std::numeric_limits<float>::quiet_NaN();
  file.write(reinterpret_cast<const char*>(&value), sizeof(value));
}

TEST(RollbackTest, AJobGoesBackOnceAndThenEndsWithTheRowsNamed) {
  Cluster cluster;
  cluster.StartServer();
  cluster.StartWorker();
  ASSERT_NO_FATAL_FAILURE(cluster.Prepare());
  WriteDamagedModel(cluster.data_root() + "/damaged");
  ASSERT_EQ(cluster.Import("damaged", "damaged").state(), v1::Model::READY);
  v1::JobSpec spec = cluster.TinySpec(2000);
  spec.set_base_model("models/damaged");
  spec.mutable_checkpoints()->set_period_steps(10);
  cluster.Submit("job", spec);
  v1::Job job = cluster.WaitForEnd("job");

  EXPECT_EQ(job.state(), v1::Job::FAILED) << job.DebugString();
  EXPECT_THAT(job.error().message(), HasSubstr("not finite"));
  EXPECT_THAT(job.error().message(), HasSubstr("rows of its batch: "));
  const v1::Execution::LearningRateCut& cut =
      job.execution().learning_rate_cut();
  EXPECT_EQ(cut.factor(), 0.5);
  EXPECT_GT(cut.from_step(), 0);

  int rolled_back = 0;
  int64_t first_step_after = 0;
  for (const v1::JobEvent& event : cluster.Events("job")) {
    rolled_back += event.finding().code() == v1::Finding::ROLLED_BACK;
    EXPECT_NE(event.finding().code(), v1::Finding::METRIC_NOT_REPRODUCED);
    if (event.attempt() > 1 && first_step_after == 0 &&
        event.metric().split() == v1::TRAINING) {
      first_step_after = event.metric().step();
    }
  }
  EXPECT_EQ(rolled_back, 1);
  EXPECT_GT(first_step_after, cut.from_step());
  // What was good stays.
  EXPECT_FALSE(job.latest_checkpoint().empty());
}

}  // namespace
}  // namespace tunesmith::testing
