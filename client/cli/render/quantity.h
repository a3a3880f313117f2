#ifndef TUNESMITH_CLIENT_CLI_RENDER_QUANTITY_H_
#define TUNESMITH_CLIENT_CLI_RENDER_QUANTITY_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace tunesmith::cli {

// Numbers as people read them. A value that is unset or impossible is "-".

// "3s", "12m", "5h", "4d": one unit, for tables.
std::string FormatAge(const google::protobuf::Timestamp& since, absl::Time now);

// "8s", "3m 10s", "2h 5m", "4d 3h": two units.
std::string FormatElapsed(absl::Duration duration);
std::string FormatElapsed(const google::protobuf::Duration& duration);

// Local time, to the second: "2026-03-01 14:05:09".
std::string FormatTime(const google::protobuf::Timestamp& time,
                       absl::TimeZone zone);

// "512 B", "1.4 KiB", "86.7 MiB".
std::string FormatBytes(int64_t bytes);

// "22,713,216".
std::string FormatCount(int64_t count);

// What a meter says in joules: "512 J", "84.2 kJ", "41.5 Wh", "1.25 kWh".
std::string FormatEnergy(double joules);

// A share of one: "91.7%".
std::string FormatShare(double share);

// Four significant digits: "0.5312", "5e-05".
std::string FormatFigure(double value);

absl::Time ToTime(const google::protobuf::Timestamp& time);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_QUANTITY_H_
