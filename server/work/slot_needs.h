#ifndef TUNESMITH_SERVER_WORK_SLOT_NEEDS_H_
#define TUNESMITH_SERVER_WORK_SLOT_NEEDS_H_

#include <cstdint>

#include "tunesmith/v1/job_spec.pb.h"
#include "tunesmith/v1/worker.pb.h"

// What decides which item runs in which slot. Pure.

namespace tunesmith::server {

// What a work item demands of a slot.
struct SlotNeeds {
  v1::Slot::Purpose purpose = v1::Slot::AUXILIARY;
  // UNSPECIFIED: any.
  v1::Resources::DeviceKind device_kind =
      v1::Resources::DEVICE_KIND_UNSPECIFIED;
  // The least that the slot may use.
  int64_t device_memory_bytes = 0;
};

// What a slot has for an item.
struct SlotOffer {
  v1::Slot::Purpose purpose = v1::Slot::AUXILIARY;
  v1::Resources::DeviceKind device_kind = v1::Resources::CPU;
  int64_t device_memory_bytes = 0;
};

SlotOffer OfferOf(const v1::Slot& slot);

// Whether purpose and kind of device are right, whatever the memory.
bool FitsKind(const SlotNeeds& needs, const SlotOffer& offer);
// Whether the item can run there. WorkQueue::Claim says the same in SQL.
bool Fits(const SlotNeeds& needs, const SlotOffer& offer);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORK_SLOT_NEEDS_H_
