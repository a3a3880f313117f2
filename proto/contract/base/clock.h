#ifndef TUNESMITH_PROTO_CONTRACT_BASE_CLOCK_H_
#define TUNESMITH_PROTO_CONTRACT_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace tunesmith {

// Where time comes from. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall-clock time, for records. May jump.
  virtual absl::Time Now() const = 0;

  // Time since an arbitrary start that never goes back, for deadlines.
  virtual absl::Duration Monotonic() const = 0;
};

// The machine's clocks. Lives for ever.
Clock& SystemClock();

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_BASE_CLOCK_H_
