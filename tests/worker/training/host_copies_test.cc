#include "worker/training/host_copies.h"

#include <vector>

#include "ATen/ops/arange.h"
#include "ATen/ops/ones.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

std::vector<NamedTensor> SomeTensors() {
  return {{"a", at::arange(6, at::kFloat).view({2, 3})},
          {"count", at::arange(1, at::kLong).squeeze()},
          {"b", at::ones({5})}};
}

TEST(HostCopiesTest, AreEqualAndOfTheirOwn) {
  std::vector<NamedTensor> tensors = SomeTensors();
  HostCopies copies;
  copies.Copy(tensors);
  copies.Await();
  ASSERT_EQ(copies.tensors().size(), tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(copies.tensors()[i].name, tensors[i].name);
    EXPECT_TRUE(copies.tensors()[i].value.equal(tensors[i].value));
  }
  tensors[0].value.fill_(7);
  EXPECT_EQ(copies.tensors()[0].value[1][2].item<float>(), 5);
}

TEST(HostCopiesTest, UseTheirMemoryAgain) {
  std::vector<NamedTensor> tensors = SomeTensors();
  HostCopies copies;
  copies.Copy(tensors);
  const void* memory = copies.tensors()[2].value.const_data_ptr();
  tensors[2].value.fill_(9);
  copies.Copy(tensors);
  EXPECT_EQ(copies.tensors()[2].value.const_data_ptr(), memory);
  EXPECT_EQ(copies.tensors()[2].value[4].item<float>(), 9);
}

TEST(HostCopiesTest, FollowWhatBecomesMoreOrLarger) {
  std::vector<NamedTensor> tensors = SomeTensors();
  HostCopies copies;
  copies.Copy(tensors);
  tensors.push_back({"c", at::ones({2})});
  copies.Copy(tensors);
  ASSERT_EQ(copies.tensors().size(), 4u);
  EXPECT_TRUE(copies.tensors()[3].value.equal(tensors[3].value));
  tensors[3].value = at::ones({3});
  copies.Copy(tensors);
  EXPECT_TRUE(copies.tensors()[3].value.equal(tensors[3].value));
}

TEST(HostCopiesTest, OfNothingAreNothing) {
  HostCopies copies;
  copies.Copy({});
  copies.Await();
  EXPECT_TRUE(copies.tensors().empty());
}

}  // namespace
}  // namespace tunesmith::worker
