#ifndef TUNESMITH_SERVER_JOBS_FIELD_SCOPE_H_
#define TUNESMITH_SERVER_JOBS_FIELD_SCOPE_H_

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"

namespace tunesmith::server {

// The values that a number may have; says so in words.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool without_low = false;
  bool without_high = false;

  // Never NaN, and infinity only where it is a bound.
  bool Contain(double value) const;
  // "must be above 0 and at most 10".
  std::string Rule() const;
};

// A message while it is checked: adds problems of its fields to a list, under
// the field's whole path. Cheap to copy; does not own the list.
class FieldScope {
 public:
  FieldScope(std::string path, std::vector<FieldViolation>* violations)
      : path_(std::move(path)), violations_(violations) {}

  // A field that is a message.
  FieldScope At(std::string_view field) const;
  FieldScope At(std::string_view field, int index) const;

  // A problem of `field`; of the message itself when it is empty.
  void Add(std::string_view field, std::string_view description) const;

  void CheckNumber(std::string_view field, double value,
                   const Bounds& bounds) const;
  void CheckInteger(std::string_view field, int64_t value, int64_t low,
                    int64_t high) const;
  // `{collection}/{id}`; empty is a problem only when `required`.
  void CheckName(std::string_view field, const std::string& name,
                 ResourceKind kind, bool required) const;
  // `known`: the enum's own IsValid.
  void CheckEnum(std::string_view field, int value, bool known) const;

 private:
  std::string PathOf(std::string_view field) const;

  std::string path_;
  std::vector<FieldViolation>* violations_;
};

// `text` between double quotes, cut to a length that fits into a message.
std::string Quoted(std::string_view text);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_FIELD_SCOPE_H_
