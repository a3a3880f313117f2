#include "worker/data/column_facts.h"

#include <algorithm>
#include <functional>

namespace tunesmith::worker {
namespace {

constexpr size_t kMaxIntegerDigits = 18;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Digits at the start of `text`, which lose them.
size_t TakeDigits(std::string_view& text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  text.remove_prefix(count);
  return count;
}

bool IsBoolean(std::string_view text) {
  return text == "true" || text == "false" || text == "True" ||
         text == "False" || text == "TRUE" || text == "FALSE";
}

// The narrowest type that holds values of both.
ColumnType Join(ColumnType a, ColumnType b) {
  if (a == b) return a;
  if (a == ColumnType::kOther || b == ColumnType::kOther) {
    return ColumnType::kOther;
  }
  auto is_number = [](ColumnType type) {
    return type == ColumnType::kInteger || type == ColumnType::kFloat;
  };
  return is_number(a) && is_number(b) ? ColumnType::kFloat
                                      : ColumnType::kString;
}

}  // namespace

ColumnType TypeOfText(std::string_view text) {
  if (IsBoolean(text)) return ColumnType::kBoolean;
  if (text.starts_with('-')) text.remove_prefix(1);
  bool leading_zero = text.starts_with('0');
  size_t digits = TakeDigits(text);
  if (digits == 0 || (leading_zero && digits > 1)) return ColumnType::kString;
  if (text.empty()) {
    return digits <= kMaxIntegerDigits ? ColumnType::kInteger
                                       : ColumnType::kString;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (TakeDigits(text) == 0) return ColumnType::kString;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (TakeDigits(text) == 0) return ColumnType::kString;
  }
  return text.empty() ? ColumnType::kFloat : ColumnType::kString;
}

void ColumnCollector::AddMissing(int64_t row) {
  ++missing_count_;
  if (missing_rows_.size() < kMaxMissingRows) missing_rows_.push_back(row);
}

void ColumnCollector::AddMissing(const std::vector<int64_t>& rows,
                                 int64_t count) {
  missing_count_ += count;
  for (size_t i = 0; i < rows.size() && static_cast<int64_t>(i) < count &&
                     missing_rows_.size() < kMaxMissingRows;
       ++i) {
    missing_rows_.push_back(rows[i]);
  }
}

void ColumnCollector::Add(const Cell& cell, int64_t row) {
  if (cell.IsMissing()) return AddMissing(row);
  ColumnType type = cell.opaque ? ColumnType::kOther : TypeOfText(cell.text);
  type_ = type_.has_value() ? Join(*type_, type) : type;
  if (cell.opaque) return;
  int64_t bytes = static_cast<int64_t>(cell.text.size());
  min_bytes_ = value_count_ == 0 ? bytes : std::min(min_bytes_, bytes);
  max_bytes_ = std::max(max_bytes_, bytes);
  total_bytes_ += bytes;
  ++value_count_;
  Count(cell.text);
}

void ColumnCollector::Count(const std::string& text) {
  if (too_many_) return;
  if (too_long_) {
    hashes_.insert(std::hash<std::string>()(text));
  } else if (++counts_[text] == 1) {
    listed_bytes_ += text.size();
    if (listed_bytes_ > kMaxDistinctBytes) KeepHashesOnly();
  }
  if (counts_.size() + hashes_.size() <= max_distinct_) return;
  too_many_ = true;
  counts_.clear();
  hashes_.clear();
}

void ColumnCollector::KeepHashesOnly() {
  too_long_ = true;
  for (const auto& [value, count] : counts_) {
    hashes_.insert(std::hash<std::string>()(value));
  }
  counts_.clear();
}

size_t ColumnFacts::ListedBytes() const {
  // Tags, lengths and the count.
  constexpr size_t kBytesAround = 16;
  size_t bytes = 0;
  for (const auto& [value, count] : values)
    bytes += value.size() + kBytesAround;
  return bytes;
}

ColumnFacts ColumnCollector::Finish(const std::string& name) const {
  ColumnFacts facts{.name = name,
                    .type = type_.value_or(ColumnType::kString),
                    .null_count = missing_count_,
                    .min_bytes = min_bytes_,
                    .max_bytes = max_bytes_};
  if (value_count_ > 0) {
    facts.mean_bytes = static_cast<double>(total_bytes_) / value_count_;
  }
  if (too_many_) return facts;
  facts.distinct_count = static_cast<int64_t>(counts_.size() + hashes_.size());
  facts.values.assign(counts_.begin(), counts_.end());
  std::sort(facts.values.begin(), facts.values.end(),
            [](const auto& a, const auto& b) {
              return a.second != b.second ? a.second > b.second
                                          : a.first < b.first;
            });
  return facts;
}

}  // namespace tunesmith::worker
