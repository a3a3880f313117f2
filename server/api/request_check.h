#ifndef TUNESMITH_SERVER_API_REQUEST_CHECK_H_
#define TUNESMITH_SERVER_API_REQUEST_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"

namespace tunesmith::server {

// Collects every problem of a request. Not thread-safe.
class RequestCheck {
 public:
  // The id in a resource name; empty after a problem.
  std::string Name(std::string_view field, ResourceKind kind,
                   std::string_view name);

  // The number of entries to return: `fallback` when unset.
  int PageSize(int page_size, int fallback, int most);

  void Add(std::string_view field, std::string_view description);
  void AddAll(std::vector<FieldViolation> violations);

  // INVALID_ARGUMENT (INVALID_FIELD) when there was a problem.
  absl::Status ToStatus() const;

 private:
  std::vector<FieldViolation> violations_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_REQUEST_CHECK_H_
