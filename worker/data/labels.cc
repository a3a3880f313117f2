#include "worker/data/labels.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/nearest_name.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/labels/label_order.h"

namespace tunesmith::worker {
namespace {

absl::Status BadClassCount(const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, "BAD_CLASS_COUNT",
                       message);
}

// Which label an unknown one was probably meant to be, for an error.
std::string Meant(const std::string& label,
                  const std::vector<std::string>& labels) {
  for (auto [normalization, name] :
       {std::pair(LabelNormalization::kTrim, "TRIM"),
        std::pair(LabelNormalization::kFold, "FOLD")}) {
    const std::string key = LabelKey(label, normalization);
    for (const std::string& known : labels) {
      if (LabelKey(known, normalization) != key) continue;
      return absl::StrCat("it differs from ", ShowText(known), " only in ",
                          std::string(DifferenceOf(label, known)),
                          ": data.cleaning.label_normalization = ", name,
                          " would make them one");
    }
  }
  const std::string key = SimilarityKey(label);
  for (const std::string& known : labels) {
    if (SimilarityKey(known) != key) continue;
    return absl::StrCat("it differs from ", ShowText(known), " only in ",
                        std::string(DifferenceOf(label, known)));
  }
  const std::string closest = NearestName(label, labels);
  return closest.empty()
             ? "training data or the task's labels lack it"
             : absl::StrCat("did you mean ", ShowText(closest), "?");
}

}  // namespace

LabelSpelling::LabelSpelling(LabelNormalization normalization,
                             const std::vector<std::string>& given,
                             const std::vector<LabelledSample>& training)
    : normalization_(normalization) {
  if (normalization != LabelNormalization::kFold) return;
  std::map<std::string, int64_t> counts;
  for (const LabelledSample& row : training) ++counts[row.label];
  // By key, then by spelling.
  std::map<std::string, std::map<std::string, int64_t>> spellings;
  for (const auto& [label, count] : counts) {
    spellings[LabelKey(label, normalization)]
             [LabelKey(label, LabelNormalization::kTrim)] += count;
  }
  for (const std::string& label : given) {
    folded_.try_emplace(LabelKey(label, normalization),
                        LabelKey(label, LabelNormalization::kTrim));
  }
  for (const auto& [key, counts_of_key] : spellings) {
    folded_.try_emplace(
        key, std::max_element(counts_of_key.begin(), counts_of_key.end(),
                              [](const auto& a, const auto& b) {
                                return a.second < b.second;
                              })
                 ->first);
  }
}

std::string LabelSpelling::Of(const std::string& label) const {
  if (normalization_ == LabelNormalization::kFold) {
    auto it = folded_.find(LabelKey(label, normalization_));
    if (it != folded_.end()) return it->second;
    return LabelKey(label, LabelNormalization::kTrim);
  }
  return LabelKey(label, normalization_);
}

void LabelSpelling::Apply(std::vector<LabelledSample>& rows) const {
  if (normalization_ == LabelNormalization::kNone) return;
  std::unordered_map<std::string, std::string> known;
  for (LabelledSample& row : rows) {
    auto [it, is_new] = known.try_emplace(row.label);
    if (is_new) it->second = Of(row.label);
    row.label = it->second;
  }
}

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
    return BadClassCount(absl::StrCat("training data have a single class: ",
                                      ShowText(*found.begin())));
  }
  std::vector<std::string> labels;
  if (!given.empty()) {
    std::unordered_set<std::string_view> taken;
    for (const std::string& label : given) {
      if (taken.insert(label).second) labels.push_back(label);
    }
    return labels;
  }
  labels.assign(found.begin(), found.end());
  SortLabels(labels);
  return labels;
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
      return ReasonedError(
          absl::StatusCode::kInvalidArgument, "UNKNOWN_LABEL",
          absl::StrCat("unknown label in row ", text.row, " of ", dataset, ": ",
                       ShowText(text.label), " (", Meant(text.label, labels),
                       ")"));
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
