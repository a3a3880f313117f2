#ifndef TUNESMITH_SERVER_LIFECYCLE_WIRE_TIME_H_
#define TUNESMITH_SERVER_LIFECYCLE_WIRE_TIME_H_

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace tunesmith::server {

inline google::protobuf::Timestamp ToWireTime(absl::Time time) {
  google::protobuf::Timestamp wire;
  int64_t seconds = absl::ToUnixSeconds(time);
  wire.set_seconds(seconds);
  wire.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return wire;
}

inline absl::Time FromWireTime(const google::protobuf::Timestamp& wire) {
  return absl::FromUnixSeconds(wire.seconds()) +
         absl::Nanoseconds(wire.nanos());
}

inline google::protobuf::Duration ToWireDuration(absl::Duration duration) {
  google::protobuf::Duration wire;
  absl::Duration rest;
  wire.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &rest));
  wire.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return wire;
}

inline absl::Duration FromWireDuration(const google::protobuf::Duration& wire) {
  return absl::Seconds(wire.seconds()) + absl::Nanoseconds(wire.nanos());
}

// Whether every language's library accepts it: years 1 to 9999.
inline bool IsWireTimeValid(const google::protobuf::Timestamp& wire) {
  return wire.seconds() >= -62135596800 && wire.seconds() <= 253402300799 &&
         wire.nanos() >= 0 && wire.nanos() < 1'000'000'000;
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_WIRE_TIME_H_
