#include "worker/devices/visible_gpus.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Two whole GPUs around one with two instances.
const std::vector<Gpu> kGpus = {
    {.uuid = "GPU-aa11", .index = 0},
    {.uuid = "MIG-cc33", .parent_uuid = "GPU-bb22", .index = 1},
    {.uuid = "MIG-cc44", .parent_uuid = "GPU-bb22", .index = 1},
    {.uuid = "GPU-aa55", .index = 2},
};

std::vector<std::string> Visible(const std::optional<std::string>& value) {
  std::vector<std::string> uuids;
  for (const Gpu& gpu : VisibleGpus(kGpus, value)) uuids.push_back(gpu.uuid);
  return uuids;
}

TEST(VisibleGpusTest, AllWithoutAValueAndNoneWithAnEmptyOne) {
  EXPECT_THAT(Visible(std::nullopt),
              ElementsAre("GPU-aa11", "MIG-cc33", "MIG-cc44", "GPU-aa55"));
  EXPECT_THAT(Visible(""), IsEmpty());
}

TEST(VisibleGpusTest, NumbersCountGpusAndKeepTheirOrder) {
  EXPECT_THAT(Visible("2,0"), ElementsAre("GPU-aa55", "GPU-aa11"));
  EXPECT_THAT(Visible(" 2 , 0 "), ElementsAre("GPU-aa55", "GPU-aa11"));
  EXPECT_THAT(Visible("1"), ElementsAre("MIG-cc33", "MIG-cc44"));
}

TEST(VisibleGpusTest, UuidsMayBeCutShort) {
  EXPECT_THAT(Visible("GPU-aa55"), ElementsAre("GPU-aa55"));
  EXPECT_THAT(Visible("GPU-aa5,GPU-aa1"), ElementsAre("GPU-aa55", "GPU-aa11"));
  EXPECT_THAT(Visible("MIG-cc4"), ElementsAre("MIG-cc44"));
  EXPECT_THAT(Visible("GPU-b"), ElementsAre("MIG-cc33", "MIG-cc44"));
  // More than one GPU begins so.
  EXPECT_THAT(Visible("GPU-aa"), IsEmpty());
  EXPECT_THAT(Visible("MIG-cc"), IsEmpty());
  EXPECT_THAT(Visible("aa55"), IsEmpty());
}

TEST(VisibleGpusTest, FirstEntryThatIsNoneEndsTheList) {
  EXPECT_THAT(Visible("2,9,0"), ElementsAre("GPU-aa55"));
  EXPECT_THAT(Visible("2,-1,0"), ElementsAre("GPU-aa55"));
  EXPECT_THAT(Visible("2,,0"), ElementsAre("GPU-aa55"));
  EXPECT_THAT(Visible("2,GPU-x,0"), ElementsAre("GPU-aa55"));
  EXPECT_THAT(Visible("NoDevFiles"), IsEmpty());
  EXPECT_THAT(Visible("-1"), IsEmpty());
}

TEST(VisibleGpusTest, GpuThatIsNamedAgainEndsTheList) {
  EXPECT_THAT(Visible("0,0,2"), ElementsAre("GPU-aa11"));
  EXPECT_THAT(Visible("MIG-cc44,1,0"), ElementsAre("MIG-cc44"));
}

}  // namespace
}  // namespace tunesmith::worker
