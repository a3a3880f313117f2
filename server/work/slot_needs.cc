#include "server/work/slot_needs.h"

namespace tunesmith::server {

SlotOffer OfferOf(const v1::Slot& slot) {
  return {slot.purpose(), slot.device_kind(), slot.device_memory_bytes()};
}

bool FitsKind(const SlotNeeds& needs, const SlotOffer& offer) {
  return needs.purpose == offer.purpose &&
         (needs.device_kind == v1::Resources::DEVICE_KIND_UNSPECIFIED ||
          needs.device_kind == offer.device_kind);
}

bool Fits(const SlotNeeds& needs, const SlotOffer& offer) {
  return FitsKind(needs, offer) &&
         needs.device_memory_bytes <= offer.device_memory_bytes;
}

}  // namespace tunesmith::server
