#include "server/api/wait_reason.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/api/slot_survey.h"

namespace tunesmith::server {
namespace {

// How many running things a sentence names.
constexpr size_t kMaxNamed = 4;

std::string NameSome(std::vector<std::string> names) {
  size_t more = names.size() - std::min(names.size(), kMaxNamed);
  names.resize(names.size() - more);
  std::string text = absl::StrJoin(names, ", ");
  if (more > 0) absl::StrAppend(&text, " and ", more, " more");
  return text;
}

v1::Wait MakeWait(v1::Wait::Reason reason, int position, std::string message) {
  v1::Wait wait;
  wait.set_reason(reason);
  wait.set_position(position);
  wait.set_message(std::move(message));
  return wait;
}

}  // namespace

v1::Wait QueuedWait(const QueuedFacts& facts) {
  if (facts.not_before > facts.now) {
    return MakeWait(
        v1::Wait::RETRY_DELAY, facts.position,
        absl::StrCat("attempt ", facts.attempt,
                     " failed; the next one starts in ",
                     absl::FormatDuration(absl::Ceil(
                         facts.not_before - facts.now, absl::Seconds(1)))));
  }
  SlotSurvey slots = SurveySlots(facts.workers, facts.needs);
  if (slots.total == 0) {
    return MakeWait(v1::Wait::NO_WORKER, facts.position,
                    NoSlotMessage(slots, facts.needs));
  }
  int ahead = facts.position - 1;
  if (ahead < slots.free || slots.running.empty()) {
    return MakeWait(v1::Wait::STARTING, facts.position,
                    "a slot is free; the job is about to start");
  }
  std::string message = absl::StrCat(
      "waits for ", NameSome(slots.running), " to end; ", slots.total, " ",
      SlotName(facts.needs), slots.total > 1 ? "s" : "", " in use");
  if (ahead > 0) {
    absl::StrAppend(&message, ", ", ahead, " waiting job",
                    ahead > 1 ? "s go" : " goes", " first");
  }
  return MakeWait(v1::Wait::SLOTS_BUSY, facts.position, std::move(message));
}

v1::Wait ValidatingWait(const std::vector<std::string>& inputs,
                        bool could_look) {
  std::string message =
      inputs.empty() ? "its inputs have just been looked at"
                     : absl::StrCat("waits until a worker has looked at ",
                                    NameSome(inputs));
  if (!could_look) {
    absl::StrAppend(&message, "; none is connected: start tunesmith-worker");
  }
  return MakeWait(v1::Wait::INPUTS_NOT_READY, 0, std::move(message));
}

}  // namespace tunesmith::server
