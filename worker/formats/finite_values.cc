#include "worker/formats/finite_values.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/parallel_for.h"
#include "proto/contract/base/reason.h"
#include "worker/formats/printable.h"

namespace tunesmith::worker {
namespace {

// IEEE numbers are finite unless all bits of the exponent are set.
template <typename Bits>
std::optional<NonFiniteValues> Find(std::span<const std::byte> bytes,
                                    Bits exponent) {
  const size_t count = bytes.size() / sizeof(Bits);
  auto is_finite = [&](size_t i) {
    Bits bits;
    std::memcpy(&bits, bytes.data() + i * sizeof(Bits), sizeof(Bits));
    return (bits & exponent) != exponent;
  };
  int64_t bad = 0;
  for (size_t i = 0; i < count; ++i) bad += is_finite(i) ? 0 : 1;
  if (bad == 0) return std::nullopt;
  int64_t first = 0;
  while (is_finite(static_cast<size_t>(first))) ++first;
  return NonFiniteValues{.first = first, .count = bad};
}

// "[2, 0, 5]"
std::string PlaceOf(int64_t index, const std::vector<int64_t>& shape) {
  std::vector<int64_t> place(shape.size());
  for (size_t axis = shape.size(); axis-- > 0;) {
    place[axis] = index % shape[axis];
    index /= shape[axis];
  }
  return absl::StrCat("[", absl::StrJoin(place, ", "), "]");
}

}  // namespace

std::optional<NonFiniteValues> FindNonFinite(const StoredTensor& tensor) {
  switch (tensor.type) {
    case TensorType::kF64:
      return Find<uint64_t>(tensor.bytes, 0x7ff0000000000000);
    case TensorType::kF32:
      return Find<uint32_t>(tensor.bytes, 0x7f800000);
    case TensorType::kF16:
      return Find<uint16_t>(tensor.bytes, 0x7c00);
    case TensorType::kBF16:
      return Find<uint16_t>(tensor.bytes, 0x7f80);
    default:
      return std::nullopt;
  }
}

absl::Status CheckFinite(std::span<const StoredTensor* const> tensors,
                         int threads) {
  std::vector<std::optional<NonFiniteValues>> found(tensors.size());
  ParallelFor(tensors.size(), static_cast<size_t>(std::max(threads, 1)),
              [&](size_t i) { found[i] = FindNonFinite(*tensors[i]); });
  const auto bad = [](const auto& values) { return values.has_value(); };
  const auto first = std::find_if(found.begin(), found.end(), bad);
  if (first == found.end()) return absl::OkStatus();
  const StoredTensor& tensor =
      *tensors[static_cast<size_t>(first - found.begin())];
  std::string message =
      absl::StrCat("tensor ", Printable(tensor.name),
                   " holds NaN or infinity: ", (*first)->count,
                   (*first)->count == 1 ? " value" : " values", ", first at ",
                   PlaceOf((*first)->first, tensor.shape));
  const auto others = std::count_if(first + 1, found.end(), bad);
  if (others > 0)
    absl::StrAppend(&message, "; other tensors that do: ", others);
  return ReasonedError(
      absl::StatusCode::kInvalidArgument, "WEIGHTS_NOT_FINITE",
      absl::StrCat(message,
                   " (no training can start from them: export the weights "
                   "anew, from a checkpoint before they were lost)"));
}

}  // namespace tunesmith::worker
