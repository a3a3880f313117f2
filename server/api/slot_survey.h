#ifndef TUNESMITH_SERVER_API_SLOT_SURVEY_H_
#define TUNESMITH_SERVER_API_SLOT_SURVEY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/work/slot_needs.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::server {

// What the slots of connected workers, which do not drain, are to an item that
// waits. Those of one that rests after faults are out of service.
struct SlotSurvey {
  // Of those that fit and are in service.
  int total = 0;
  int free = 0;
  // What runs in them.
  std::vector<std::string> running;

  // Fit, but are out of service.
  int out_of_service = 0;
  // "cuda:0 of workers/a", the first of them, and why.
  std::string broken_slot;
  std::string broken_reason;

  // Of those that would fit if they had more memory: the largest.
  int too_small = 0;
  int64_t largest_memory_bytes = 0;
};

SlotSurvey SurveySlots(const std::vector<v1::Worker>& workers,
                       const SlotNeeds& needs);

// Why no slot will take the item as things are, `survey.total` being 0, in one
// sentence that says what to do.
std::string NoSlotMessage(const SlotSurvey& survey, const SlotNeeds& needs);

// "CUDA training slot".
std::string SlotName(const SlotNeeds& needs);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_SLOT_SURVEY_H_
