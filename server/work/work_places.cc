#include "server/work/work_places.h"

#include <limits>

#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

// Of the counts that the database keeps; a bucket has 1,024 finer ones.
constexpr int kFine = 20;
constexpr int kMiddle = 30;
constexpr int kCoarse = 40;

}  // namespace

absl::StatusOr<int64_t> WorkPlaces::CountBuckets(int64_t list, int shift,
                                                 int64_t from, int64_t to) {
  Statement statement = db_.Prepare(
      "SELECT COALESCE(SUM(waiting), 0) FROM work_ranks WHERE list = ?"
      " AND shift = ? AND bucket >= ? AND bucket < ?");
  statement.Bind(list).Bind(shift).Bind(from).Bind(to);
  TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
  return statement.Int(0);
}

absl::StatusOr<int64_t> WorkPlaces::CountBefore(int64_t list, int64_t from) {
  auto [known, is_new] = counts_.try_emplace({list, from}, 0);
  if (!is_new) return known->second;
  constexpr int kFinerBits = 10;
  const int64_t coarse = from >> kCoarse;
  const int64_t middle = from >> kMiddle;
  TUNESMITH_ASSIGN_OR_RETURN(
      int64_t count,
      CountBuckets(list, kCoarse, std::numeric_limits<int64_t>::min(), coarse));
  TUNESMITH_ASSIGN_OR_RETURN(
      int64_t in_coarse,
      CountBuckets(list, kMiddle, coarse << kFinerBits, middle));
  TUNESMITH_ASSIGN_OR_RETURN(
      int64_t in_middle,
      CountBuckets(list, kFine, middle << kFinerBits, from >> kFine));
  return known->second = count + in_coarse + in_middle;
}

absl::StatusOr<WorkPlace> WorkPlaces::Find(int64_t list, int64_t turn,
                                           int64_t number) {
  const int64_t from = (turn >> kFine) << kFine;
  WorkPlace place;
  TUNESMITH_ASSIGN_OR_RETURN(int64_t before, CountBefore(list, from));
  {
    Statement statement = db_.Prepare(
        "SELECT COUNT(*) FROM work_items WHERE list = ?1 AND state = 1"
        " AND turn >= ?2 AND (turn, number) < (?3, ?4)");
    statement.Bind(list).Bind(from).Bind(turn).Bind(number);
    TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
    place.position = before + statement.Int(0) + 1;
  }
  if (place.position == 1) return place;
  Statement statement = db_.Prepare(
      "SELECT subject FROM work_items WHERE list = ? AND state = 1"
      " AND (turn, number) < (?, ?) ORDER BY turn DESC, number DESC LIMIT 1");
  statement.Bind(list).Bind(turn).Bind(number);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (found) place.behind = statement.Text(0);
  return place;
}

}  // namespace tunesmith::server
