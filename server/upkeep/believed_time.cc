#include "server/upkeep/believed_time.h"

#include <algorithm>

#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

// Also how long a leap must last.
constexpr absl::Duration kLeap = absl::Hours(1);

}  // namespace

absl::Time BelievedTime::Read(absl::Time wall, absl::Duration monotonic) {
  const Offset now{.zero = wall - monotonic, .since = monotonic};
  if (!believed_.has_value()) {
    believed_ = now;
    if (last_.has_value()) believed_->zero = *last_ - monotonic;
  }
  if (now.zero - believed_->zero <= kLeap) {
    believed_ = now;
    leap_.reset();
  } else if (!leap_.has_value() || now.zero - leap_->zero > kLeap) {
    leap_ = now;
  } else {
    // The earlier of what it said meanwhile.
    leap_->zero = std::min(leap_->zero, now.zero);
    if (monotonic - leap_->since >= kLeap) {
      believed_ = leap_;
      leap_.reset();
    }
  }
  return believed_->zero + monotonic;
}

absl::StatusOr<std::optional<absl::Time>> LoadBelievedTime(Connection& db) {
  Statement statement = db.Prepare("SELECT time FROM believed_time");
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::nullopt;
  return statement.Time(0);
}

absl::Status SaveBelievedTime(Transaction& tx, absl::Time time) {
  TUNESMITH_RETURN_IF_ERROR(tx.db().Execute("DELETE FROM believed_time"));
  return tx.db()
      .Prepare("INSERT INTO believed_time (time) VALUES (?)")
      .Bind(time)
      .Run();
}

}  // namespace tunesmith::server
