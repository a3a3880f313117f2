#include "server/api/slot_survey.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tunesmith::server {
namespace {

// "40 GiB", "1.5 TiB". To the next tenth upwards or downwards, so that what is
// asked for never looks like what is there but too small.
std::string MemoryText(int64_t bytes, bool upwards) {
  constexpr std::array<const char*, 5> kUnits = {"KiB", "MiB", "GiB", "TiB",
                                                 "PiB"};
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  value = (upwards ? std::ceil(value * 10) : std::floor(value * 10)) / 10;
  return absl::StrFormat("%.*f %s", value == std::floor(value) ? 0 : 1, value,
                         kUnits[unit]);
}

// Why the slot gets nothing; empty while it may.
std::string OutOfService(const v1::Worker& worker, const v1::Slot& slot) {
  if (!slot.out_of_service().empty()) return slot.out_of_service();
  if (!worker.health().has_resume_time()) return "";
  return absl::StrCat("the worker rests after ",
                      worker.health().consecutive_failures(),
                      " failures in a row: ", worker.health().message());
}

void CountSlot(const v1::Worker& worker, const v1::Slot& slot,
               const SlotNeeds& needs, SlotSurvey& survey) {
  const SlotOffer offer = OfferOf(slot);
  if (!FitsKind(needs, offer)) return;
  if (!Fits(needs, offer)) {
    ++survey.too_small;
    survey.largest_memory_bytes =
        std::max(survey.largest_memory_bytes, offer.device_memory_bytes);
  } else if (std::string reason = OutOfService(worker, slot); !reason.empty()) {
    if (survey.out_of_service++ > 0) return;
    survey.broken_slot = absl::StrCat(slot.device(), " of ", worker.name());
    survey.broken_reason = std::move(reason);
  } else {
    ++survey.total;
    if (slot.running().empty()) {
      ++survey.free;
    } else {
      survey.running.push_back(slot.running());
    }
  }
}

std::string DemandedMemory(const SlotNeeds& needs) {
  if (needs.device_memory_bytes == 0) return "";
  return absl::StrCat(" with ",
                      MemoryText(needs.device_memory_bytes, /*upwards=*/true),
                      " of memory");
}

}  // namespace

SlotSurvey SurveySlots(const std::vector<v1::Worker>& workers,
                       const SlotNeeds& needs) {
  SlotSurvey survey;
  for (const v1::Worker& worker : workers) {
    if (worker.state() != v1::Worker::CONNECTED &&
        worker.state() != v1::Worker::QUARANTINED) {
      continue;
    }
    for (const v1::Slot& slot : worker.slots()) {
      CountSlot(worker, slot, needs, survey);
    }
  }
  return survey;
}

std::string SlotName(const SlotNeeds& needs) {
  const char* purpose =
      needs.purpose == v1::Slot::TRAINING ? "training slot" : "auxiliary slot";
  switch (needs.device_kind) {
    case v1::Resources::CPU:
      return absl::StrCat("CPU ", purpose);
    case v1::Resources::CUDA:
      return absl::StrCat("CUDA ", purpose);
    default:
      return purpose;
  }
}

std::string NoSlotMessage(const SlotSurvey& survey, const SlotNeeds& needs) {
  const std::string wanted =
      absl::StrCat(SlotName(needs), DemandedMemory(needs));
  if (survey.out_of_service == 1) {
    return absl::StrCat("the only ", wanted, ", ", survey.broken_slot,
                        ", is out of service: ", survey.broken_reason);
  }
  if (survey.out_of_service > 1) {
    return absl::StrCat("every ", wanted, " is out of service, ",
                        survey.out_of_service, " in all; ", survey.broken_slot,
                        ": ", survey.broken_reason);
  }
  if (survey.too_small > 0) {
    return absl::StrCat(
        "no connected worker has a ", wanted, " (the largest has ",
        MemoryText(survey.largest_memory_bytes, /*upwards=*/false),
        "); start tunesmith-worker on a machine that has");
  }
  return absl::StrCat("no connected worker has a ", wanted,
                      "; start tunesmith-worker");
}

}  // namespace tunesmith::server
