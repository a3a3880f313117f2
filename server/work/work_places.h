#ifndef TUNESMITH_SERVER_WORK_WORK_PLACES_H_
#define TUNESMITH_SERVER_WORK_WORK_PLACES_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "server/store/connection.h"

namespace tunesmith::server {

// Where an item stands in its list.
struct WorkPlace {
  // 1 is next.
  int64_t position = 1;
  // The subject of the one right before it; empty for the next one.
  std::string behind;
};

// Places in the queue, from the counts that the database keeps (work_ranks):
// what one costs does not grow with the queue. One for each read; what several
// places need of the counts is read once. Not thread-safe.
class WorkPlaces {
 public:
  // Keeps a reference.
  explicit WorkPlaces(Connection& db) : db_(db) {}

  // Of an item that waits.
  absl::StatusOr<WorkPlace> Find(int64_t list, int64_t turn, int64_t number);

 private:
  // Items of `list` in buckets [from, to).
  absl::StatusOr<int64_t> CountBuckets(int64_t list, int shift, int64_t from,
                                       int64_t to);
  // Items of the list whose turn is before that of `from`.
  absl::StatusOr<int64_t> CountBefore(int64_t list, int64_t from);

  Connection& db_;
  // By list and first turn of a finest bucket.
  std::map<std::pair<int64_t, int64_t>, int64_t> counts_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORK_WORK_PLACES_H_
