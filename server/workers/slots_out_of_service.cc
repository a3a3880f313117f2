#include "server/workers/slots_out_of_service.h"

#include <set>

#include "proto/contract/base/utf8.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxReasonBytes = 256;

}  // namespace

SlotsOutOfService SlotsOutOfServiceOf(const v1::Worker& worker,
                                      const internal::v1::Report& report) {
  SlotsOutOfService reasons;
  std::set<int> known;
  for (const v1::Slot& slot : worker.slots()) known.insert(slot.index());
  for (const auto& row : report.out_of_service()) {
    if (!known.contains(row.slot())) continue;
    // An empty text would mean that it is in service.
    reasons[row.slot()] =
        row.reason().empty()
            ? "the worker gives no reason"
            : std::string(CutAtCharacter(row.reason(), kMaxReasonBytes));
  }
  return reasons;
}

}  // namespace tunesmith::server
