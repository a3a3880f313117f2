#ifndef TUNESMITH_SERVER_UPKEEP_BELIEVED_TIME_H_
#define TUNESMITH_SERVER_UPKEEP_BELIEVED_TIME_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/store.h"

namespace tunesmith::server {

// The time that deletions go by: that of the machine's clock, but a leap
// forward of more than an hour counts only once the clock has kept it for an
// hour. A clock that is set forward, or was wrong after a start of the machine,
// and is set right again deletes nothing. Not thread-safe.
class BelievedTime {
 public:
  // `last`: what an earlier process believed; unset where nothing is stored
  // yet.
  explicit BelievedTime(std::optional<absl::Time> last) : last_(last) {}

  // `wall` and `monotonic` are the clock's now.
  absl::Time Read(absl::Time wall, absl::Duration monotonic);

 private:
  // What the clock says beside the time that went by.
  struct Offset {
    absl::Time zero;
    // Monotonic: since when.
    absl::Duration since;
  };

  std::optional<absl::Time> last_;
  std::optional<Offset> believed_;
  // A leap that is not believed yet.
  std::optional<Offset> leap_;
};

// What is stored for the next process; unset in a new database.
absl::StatusOr<std::optional<absl::Time>> LoadBelievedTime(Connection& db);
absl::Status SaveBelievedTime(Transaction& tx, absl::Time time);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_BELIEVED_TIME_H_
