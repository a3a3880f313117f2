#include "server/api/wait_reason.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/lifecycle/wire_time.h"

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

v1::Wait MakeWait(v1::Wait::Reason reason, std::string message) {
  v1::Wait wait;
  wait.set_reason(reason);
  wait.set_message(std::move(message));
  return wait;
}

std::string BusyMessage(const QueuedFacts& facts) {
  const SlotSurvey& slots = facts.slots;
  std::string message = absl::StrCat(
      "waits for ", NameSome(slots.running), " to end; ", slots.total, " ",
      SlotName(facts.needs), slots.total > 1 ? "s" : "", " in use");
  const int64_t ahead = facts.place.position - 1;
  if (ahead > 0) {
    absl::StrAppend(&message, ", ", ahead, " waiting job",
                    ahead > 1 ? "s go" : " goes", " first");
  }
  return message;
}

// Reason and message.
v1::Wait ReasonOf(const QueuedFacts& facts) {
  if (facts.delay.has_value()) {
    return MakeWait(
        v1::Wait::RETRY_DELAY,
        absl::StrCat(
            "attempt ", facts.attempt, " failed; the next one starts in ",
            absl::FormatDuration(absl::Ceil(*facts.delay, absl::Seconds(1)))));
  }
  if (facts.slots.total == 0) {
    return MakeWait(v1::Wait::NO_WORKER,
                    NoSlotMessage(facts.slots, facts.needs));
  }
  if (facts.max_running > 0 && facts.running >= facts.max_running) {
    return MakeWait(
        v1::Wait::TENANT_LIMIT,
        absl::StrCat("as many of the tenant's jobs run as may: ",
                     facts.max_running, "; waits for one of them to end"));
  }
  if (facts.place.position <= facts.slots.free || facts.slots.running.empty()) {
    return MakeWait(v1::Wait::STARTING,
                    "a slot is free; the job is about to start");
  }
  return MakeWait(v1::Wait::SLOTS_BUSY, BusyMessage(facts));
}

}  // namespace

v1::Wait QueuedWait(const QueuedFacts& facts) {
  v1::Wait wait = ReasonOf(facts);
  wait.mutable_needs()->set_device_kind(facts.needs.device_kind);
  wait.mutable_needs()->set_device_memory_bytes(
      facts.needs.device_memory_bytes);
  // A delayed one stands in no queue.
  if (facts.delay.has_value()) return wait;
  wait.set_position(facts.place.position);
  wait.set_behind(facts.place.behind);
  if (facts.expected_start.has_value() && facts.slots.total > 0) {
    *wait.mutable_expected_start_time() = ToWireTime(*facts.expected_start);
  }
  return wait;
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
  return MakeWait(v1::Wait::INPUTS_NOT_READY, std::move(message));
}

}  // namespace tunesmith::server
