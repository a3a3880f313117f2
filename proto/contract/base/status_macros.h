#ifndef TUNESMITH_PROTO_CONTRACT_BASE_STATUS_MACROS_H_
#define TUNESMITH_PROTO_CONTRACT_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// The two macros that newer Abseil-based code bases share; to be replaced by
// Abseil's own once every supported platform has them.

// Returns from the function with `expr` unless it is OK.
#define TUNESMITH_RETURN_IF_ERROR(expr)                                     \
  do {                                                                      \
    if (absl::Status tunesmith_status_ = (expr); !tunesmith_status_.ok()) { \
      return tunesmith_status_;                                             \
    }                                                                       \
  } while (false)

// Evaluates a StatusOr; on success assigns its value to `lhs`, which may be a
// declaration, otherwise returns its status.
#define TUNESMITH_ASSIGN_OR_RETURN(lhs, expr) \
  TUNESMITH_ASSIGN_OR_RETURN_IMPL_(           \
      TUNESMITH_STATUS_CONCAT_(tunesmith_statusor_, __LINE__), lhs, expr)

#define TUNESMITH_STATUS_CONCAT_INNER_(a, b) a##b
#define TUNESMITH_STATUS_CONCAT_(a, b) TUNESMITH_STATUS_CONCAT_INNER_(a, b)
#define TUNESMITH_ASSIGN_OR_RETURN_IMPL_(statusor, lhs, expr) \
  auto statusor = (expr);                                     \
  if (!statusor.ok()) {                                       \
    return std::move(statusor).status();                      \
  }                                                           \
  lhs = *std::move(statusor)

#endif  // TUNESMITH_PROTO_CONTRACT_BASE_STATUS_MACROS_H_
