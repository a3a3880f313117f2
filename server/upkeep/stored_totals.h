#ifndef TUNESMITH_SERVER_UPKEEP_STORED_TOTALS_H_
#define TUNESMITH_SERVER_UPKEEP_STORED_TOTALS_H_

#include <cstdint>
#include <map>

#include "absl/status/statusor.h"
#include "server/upkeep/storage_survey.h"
#include "tunesmith/v1/storage.pb.h"

namespace tunesmith::server {

// Bytes of everything that takes room, by kind, over all tenants.
using StoredTotals = std::map<v1::StoredItem::Kind, int64_t>;

// Adds them up some rows and files at a time, so that it takes little memory
// and holds nobody up, however much there is. What changes meanwhile may count
// or not. Does I/O.
absl::StatusOr<StoredTotals> MeasureTotals(const SurveyPlaces& places);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_STORED_TOTALS_H_
