#include <string_view>

#include "absl/strings/str_cat.h"
#include "client/cli/render/device_text.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/resource_text.h"
#include "client/cli/render/text_table.h"

namespace tunesmith::cli {
namespace {

constexpr TextTable::Align kRight = TextTable::Align::kRight;

std::string StateOf(const v1::Worker& worker) {
  return v1::Worker::State_IsValid(worker.state())
             ? v1::Worker::State_Name(worker.state())
             : absl::StrCat(worker.state());
}

// "1 of 2": slots of a purpose in use, and how many cannot be used.
std::string SlotsInUse(const v1::Worker& worker, v1::Slot::Purpose purpose) {
  int all = 0;
  int used = 0;
  int out_of_service = 0;
  for (const v1::Slot& slot : worker.slots()) {
    if (slot.purpose() != purpose) continue;
    ++all;
    used += slot.running().empty() ? 0 : 1;
    out_of_service += slot.out_of_service().empty() ? 0 : 1;
  }
  std::string text = absl::StrCat(used, " of ", all);
  if (out_of_service > 0) {
    absl::StrAppend(&text, ", ", out_of_service, " OUT OF SERVICE");
  }
  return text;
}

// "3 failures in a row, rests until ...": what keeps new work from it.
std::string HealthText(const v1::Worker::Health& health, absl::TimeZone zone) {
  if (health.consecutive_failures() == 0) return "well";
  std::string text =
      absl::StrCat(health.consecutive_failures(), " failure",
                   health.consecutive_failures() > 1 ? "s" : "", " in a row");
  if (health.has_resume_time()) {
    absl::StrAppend(&text, ", rests until ",
                    FormatTime(health.resume_time(), zone));
  } else if (health.probing()) {
    absl::StrAppend(&text, ", gets one job at a time until one goes well");
  }
  return absl::StrCat(text, ": ", health.message());
}

// "2 DISK, 1 HANG".
std::string FailuresText(const v1::Worker::Health& health) {
  std::string text;
  for (const auto& failures : health.failures()) {
    constexpr std::string_view kPrefix = "PLACE_FAULT_";
    std::string fault =
        v1::PlaceFault_IsValid(failures.fault())
            ? v1::PlaceFault_Name(failures.fault()).substr(kPrefix.size())
            : absl::StrCat(failures.fault());
    absl::StrAppend(&text, text.empty() ? "" : ", ", failures.count(), " ",
                    fault);
  }
  return text;
}

std::string DrainText(const v1::Worker::Drain& drain, absl::TimeZone zone) {
  return absl::StrCat("since ", FormatTime(drain.time(), zone),
                      drain.finish_jobs() ? ", its jobs run to their end" : "",
                      drain.reason().empty() ? "" : ": ", drain.reason());
}

void AddHealth(const v1::Worker& worker, absl::TimeZone zone,
               TextTable& facts) {
  if (worker.has_drain()) {
    facts.AddRow({"drained", DrainText(worker.drain(), zone)});
  }
  if (!worker.has_health()) return;
  facts.AddRow({"health", HealthText(worker.health(), zone)});
  facts.AddRow({"failures", FailuresText(worker.health())});
}

// What is wrong with it, in a word or two.
std::string HealthInShort(const v1::Worker& worker) {
  const v1::Worker::Health& health = worker.health();
  if (health.consecutive_failures() == 0) return "well";
  return absl::StrCat(health.consecutive_failures(), " failed",
                      health.probing()           ? ", probing"
                      : health.has_resume_time() ? ", resting"
                                                 : "");
}

std::string TextOrDash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string BytesOrDash(int64_t bytes) {
  return bytes > 0 ? FormatBytes(bytes) : "-";
}

}  // namespace

std::string RenderWorkers(const std::vector<v1::Worker>& workers,
                          absl::Time now) {
  if (workers.empty()) return "no workers\n";
  TextTable table({{"NAME"},
                   {"STATE"},
                   {"HEALTH"},
                   {"TRAINING", kRight},
                   {"AUXILIARY", kRight},
                   {"PREDICTION", kRight},
                   {"BUILD"},
                   {"CONNECTED"},
                   {"LAST SEEN"}});
  for (const v1::Worker& worker : workers) {
    table.AddRow({worker.name(), StateOf(worker), HealthInShort(worker),
                  SlotsInUse(worker, v1::Slot::TRAINING),
                  SlotsInUse(worker, v1::Slot::AUXILIARY),
                  SlotsInUse(worker, v1::Slot::PREDICTION), worker.build(),
                  FormatAge(worker.connect_time(), now),
                  FormatAge(worker.last_seen_time(), now)});
  }
  return table.Render();
}

std::string RenderWorker(const v1::Worker& worker, absl::TimeZone zone) {
  TextTable facts({{""}, {""}});
  facts.AddRow({"name", worker.name()});
  facts.AddRow({"state", StateOf(worker)});
  facts.AddRow({"build", worker.build()});
  facts.AddRow({"connected", FormatTime(worker.connect_time(), zone)});
  facts.AddRow({"last seen", FormatTime(worker.last_seen_time(), zone)});
  AddHealth(worker, zone, facts);
  TextTable slots({{"slot", kRight},
                   {"purpose"},
                   {"device"},
                   {"uuid"},
                   {"capability"},
                   {"memory", kRight},
                   {"host limit", kRight},
                   {"threads", kRight},
                   {"running"}});
  for (const v1::Slot& slot : worker.slots()) {
    slots.AddRow({absl::StrCat(slot.index()),
                  v1::Slot::Purpose_IsValid(slot.purpose())
                      ? v1::Slot::Purpose_Name(slot.purpose())
                      : "?",
                  DeviceText(slot.device(), slot.device_name()),
                  TextOrDash(slot.device_uuid()),
                  TextOrDash(slot.compute_capability()),
                  BytesOrDash(slot.device_memory_bytes()),
                  BytesOrDash(slot.host_memory_limit_bytes()),
                  absl::StrCat(slot.threads()), SlotSituation(slot)});
  }
  return absl::StrCat(facts.Render(), slots.empty() ? "" : "\n",
                      slots.empty() ? "" : slots.Render());
}

}  // namespace tunesmith::cli
