#include "worker/formats/finite_values.h"

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;

StoredTensor Tensor(TensorType type, const std::string& bytes) {
  return {"t",
          type,
          {static_cast<int64_t>(bytes.size()) / TensorTypeBytes(type)},
          std::as_bytes(std::span(bytes))};
}

template <typename T>
std::string BytesOf(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), 0);
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

TEST(FiniteValuesTest, EveryFloatTypeIsLookedAt) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::string f32 = BytesOf<float>({1, -infinity, 3, std::nanf("")});
  auto found = FindNonFinite(Tensor(TensorType::kF32, f32));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->first, 1);
  EXPECT_EQ(found->count, 2);
  const std::string largest =
      BytesOf<float>({std::numeric_limits<float>::max(), 0, -1e-45f});
  EXPECT_FALSE(FindNonFinite(Tensor(TensorType::kF32, largest)).has_value());
  const std::string f64 =
      BytesOf<double>({1e308, std::numeric_limits<double>::quiet_NaN()});
  EXPECT_EQ(FindNonFinite(Tensor(TensorType::kF64, f64))->first, 1);
  // Largest finite numbers, then infinities.
  const std::string f16 = BytesOf<uint16_t>({0x7bff, 0xfc00});
  EXPECT_EQ(FindNonFinite(Tensor(TensorType::kF16, f16))->first, 1);
  const std::string bf16 = BytesOf<uint16_t>({0x7f7f, 0x7fc0});
  EXPECT_EQ(FindNonFinite(Tensor(TensorType::kBF16, bf16))->first, 1);
  const std::string i64 = BytesOf<int64_t>({-1});
  EXPECT_FALSE(FindNonFinite(Tensor(TensorType::kI64, i64)).has_value());
}

TEST(FiniteValuesTest, TensorsOffTheirAlignmentAreRead) {
  std::string bytes = "x" + BytesOf<float>({0, std::nanf("")});
  StoredTensor tensor = Tensor(TensorType::kF32, bytes.substr(0, 8));
  tensor.bytes = std::as_bytes(std::span(bytes)).subspan(1);
  EXPECT_EQ(FindNonFinite(tensor)->first, 1);
}

TEST(FiniteValuesTest, TheErrorNamesTensorPlaceAndCount) {
  const std::string good = BytesOf<float>({1, 2, 3, 4, 5, 6});
  const std::string bad =
      BytesOf<float>({1, 2, 3, 4, std::nanf(""), std::nanf("")});
  StoredTensor first{
      "first", TensorType::kF32, {2, 3}, std::as_bytes(std::span(good))};
  StoredTensor second = first, third = first;
  second.name = "layer.weight";
  second.bytes = third.bytes = std::as_bytes(std::span(bad));
  const std::vector<const StoredTensor*> all = {&first, &second, &third};
  absl::Status status = CheckFinite(all, 3);
  EXPECT_EQ(ReasonOf(status), "WEIGHTS_NOT_FINITE") << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("tensor layer.weight holds NaN or infinity: 2 values, "
                        "first at [1, 1]; other tensors that do: 1"));
  const std::vector<const StoredTensor*> one = {&first};
  EXPECT_TRUE(CheckFinite(one, 3).ok());
}

}  // namespace
}  // namespace tunesmith::worker
