#include "proto/contract/base/label_order.h"

#include <algorithm>
#include <string_view>

namespace tunesmith {
namespace {

// A whole number of any length, as written in digits.
struct WholeNumber {
  bool negative = false;
  // Without leading zeros; empty is zero.
  std::string_view digits;
};

bool IsWholeNumber(std::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  return !text.empty() &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

WholeNumber Parse(std::string_view text) {
  WholeNumber number;
  number.negative = text[0] == '-';
  size_t first = text.find_first_not_of("-0");
  if (first != std::string_view::npos) number.digits = text.substr(first);
  if (number.digits.empty()) number.negative = false;
  return number;
}

// -1, 0 or 1.
int CompareDigits(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  int order = a.compare(b);
  return (order > 0) - (order < 0);
}

bool IsLess(const std::string& a, const std::string& b) {
  WholeNumber left = Parse(a);
  WholeNumber right = Parse(b);
  if (left.negative != right.negative) return left.negative;
  int order = CompareDigits(left.digits, right.digits);
  if (left.negative) order = -order;
  // `7` and `007` are different labels.
  return order != 0 ? order < 0 : a < b;
}

}  // namespace

void SortLabels(std::vector<std::string>& labels) {
  if (std::all_of(labels.begin(), labels.end(), IsWholeNumber)) {
    std::sort(labels.begin(), labels.end(), IsLess);
  } else {
    std::sort(labels.begin(), labels.end());
  }
}

}  // namespace tunesmith
