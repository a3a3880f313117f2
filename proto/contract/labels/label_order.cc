#include "proto/contract/labels/label_order.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "proto/contract/labels/label_text.h"

namespace tunesmith {
namespace {

// False where one is no whole number.
bool SortByNumber(std::vector<std::string>& labels) {
  std::vector<std::pair<std::string, std::string>> numbers;
  for (const std::string& label : labels) {
    std::optional<std::string> number = ShortestNumber(label);
    if (!number.has_value() || !IsWhole(*number)) return false;
    numbers.emplace_back(*std::move(number), label);
  }
  std::sort(numbers.begin(), numbers.end(), [](const auto& a, const auto& b) {
    // `7` and `007` are different labels.
    return a.first == b.first ? a.second < b.second
                              : IsLessWhole(a.first, b.first);
  });
  for (size_t i = 0; i < labels.size(); ++i) {
    labels[i] = std::move(numbers[i].second);
  }
  return true;
}

}  // namespace

void SortLabels(std::vector<std::string>& labels) {
  if (!SortByNumber(labels)) std::sort(labels.begin(), labels.end());
}

}  // namespace tunesmith
