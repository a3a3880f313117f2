#include "worker/data/labels.h"

#include <set>
#include <string_view>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/nearest_name.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/utf8.h"

namespace tunesmith::worker {
namespace {

// Bytes of a label that a message shows.
constexpr size_t kShownBytes = 100;

absl::Status BadClassCount(const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, "BAD_CLASS_COUNT",
                       message);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ResolveLabels(
    const std::vector<std::string>& given,
    const std::vector<LabelledSample>& training) {
  std::set<std::string_view> found;
  for (const LabelledSample& text : training) {
    found.insert(text.label);
    if (found.size() > kMaxLabels) {
      return BadClassCount(absl::StrCat(
          "the label column has more classes than the limit (is it the right "
          "column?): ",
          kMaxLabels));
    }
  }
  if (found.size() < 2) {
    return BadClassCount(absl::StrCat(
        "training data have a single class: \"",
        std::string(CutAtCharacter(*found.begin(), kShownBytes)), "\""));
  }
  if (!given.empty()) return given;
  return std::vector<std::string>(found.begin(), found.end());
}

absl::StatusOr<std::vector<int32_t>> IndexLabels(
    const std::vector<std::string>& labels,
    const std::vector<LabelledSample>& texts, const std::string& dataset) {
  std::unordered_map<std::string_view, int32_t> positions;
  for (size_t i = 0; i < labels.size(); ++i) {
    positions.emplace(labels[i], static_cast<int32_t>(i));
  }
  std::vector<int32_t> indices;
  indices.reserve(texts.size());
  for (const LabelledSample& text : texts) {
    auto it = positions.find(text.label);
    if (it == positions.end()) {
      std::string closest = NearestName(text.label, labels);
      return ReasonedError(
          absl::StatusCode::kInvalidArgument, "UNKNOWN_LABEL",
          absl::StrCat(
              "unknown label in row ", text.row, " of ", dataset, ": \"",
              std::string(CutAtCharacter(text.label, kShownBytes)), "\"",
              closest.empty()
                  ? std::string(" (training data or the task's labels lack it)")
                  : absl::StrCat(" (did you mean \"", closest, "\"?)")));
    }
    indices.push_back(it->second);
  }
  return indices;
}

std::vector<int64_t> CountLabels(std::span<const int32_t> labels,
                                 size_t class_count) {
  std::vector<int64_t> counts(class_count, 0);
  for (int32_t label : labels) ++counts[label];
  return counts;
}

std::vector<double> BalancedWeights(std::span<const int64_t> counts) {
  int64_t rows = 0;
  int64_t classes = 0;
  for (int64_t count : counts) {
    rows += count;
    classes += count > 0;
  }
  std::vector<double> weights;
  for (int64_t count : counts) {
    weights.push_back(count == 0 ? 1.0
                                 : static_cast<double>(rows) /
                                       (static_cast<double>(classes) * count));
  }
  return weights;
}

}  // namespace tunesmith::worker
