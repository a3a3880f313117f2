#include "server/jobs/field_scope.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/utf8.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxQuotedBytes = 80;

}  // namespace

bool Bounds::Contain(double value) const {
  if (!std::isfinite(value)) return false;
  bool above = without_low ? value > low : value >= low;
  bool below = without_high ? value < high : value <= high;
  return above && below;
}

std::string Bounds::Rule() const {
  std::string rule = "must be ";
  if (std::isinf(low) && std::isinf(high)) return rule + "a finite number";
  if (!std::isinf(low)) {
    absl::StrAppend(&rule, without_low ? "above " : "at least ", low);
  }
  if (!std::isinf(low) && !std::isinf(high)) rule += " and ";
  if (!std::isinf(high)) {
    absl::StrAppend(&rule, without_high ? "below " : "at most ", high);
  }
  return rule;
}

std::string Quoted(std::string_view text) {
  std::string_view cut = CutAtCharacter(text, kMaxQuotedBytes);
  std::string quoted = "\"" + std::string(cut);
  if (cut.size() < text.size()) quoted += "...";
  return quoted + "\"";
}

std::string FieldScope::PathOf(std::string_view field) const {
  if (field.empty()) return path_;
  if (path_.empty()) return std::string(field);
  return path_ + "." + std::string(field);
}

FieldScope FieldScope::At(std::string_view field) const {
  return FieldScope(PathOf(field), violations_);
}

FieldScope FieldScope::At(std::string_view field, int index) const {
  return FieldScope(absl::StrCat(PathOf(field), "[", index, "]"), violations_);
}

void FieldScope::Add(std::string_view field,
                     std::string_view description) const {
  violations_->push_back({PathOf(field), std::string(description)});
}

void FieldScope::CheckNumber(std::string_view field, double value,
                             const Bounds& bounds) const {
  if (bounds.Contain(value)) return;
  Add(field, absl::StrCat(bounds.Rule(), ", got: ", value));
}

void FieldScope::CheckInteger(std::string_view field, int64_t value,
                              int64_t low, int64_t high) const {
  if (value >= low && value <= high) return;
  if (high == std::numeric_limits<int64_t>::max()) {
    Add(field, absl::StrCat("must be at least ", low, ", got: ", value));
  } else {
    Add(field,
        absl::StrCat("must be from ", low, " to ", high, ", got: ", value));
  }
}

void FieldScope::CheckName(std::string_view field, const std::string& name,
                           ResourceKind kind, bool required) const {
  std::string form = ResourceName(kind, "") + "{id}";
  if (name.empty()) {
    if (required) Add(field, "required: " + form);
    return;
  }
  if (!ParseResourceName(kind, name).ok()) {
    Add(field, "expected " + form + ", got: " + Quoted(name));
  }
}

void FieldScope::CheckEnum(std::string_view field, int value,
                           bool known) const {
  if (known) return;
  Add(field, absl::StrCat("unknown value, got: ", value));
}

}  // namespace tunesmith::server
