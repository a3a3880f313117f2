#include "absl/strings/str_cat.h"
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

// "1 of 2": slots of a purpose in use.
std::string SlotsInUse(const v1::Worker& worker, v1::Slot::Purpose purpose) {
  int all = 0;
  int used = 0;
  for (const v1::Slot& slot : worker.slots()) {
    if (slot.purpose() != purpose) continue;
    ++all;
    used += slot.running().empty() ? 0 : 1;
  }
  return absl::StrCat(used, " of ", all);
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
                   {"TRAINING", kRight},
                   {"AUXILIARY", kRight},
                   {"BUILD"},
                   {"CONNECTED"},
                   {"LAST SEEN"}});
  for (const v1::Worker& worker : workers) {
    table.AddRow({worker.name(), StateOf(worker),
                  SlotsInUse(worker, v1::Slot::TRAINING),
                  SlotsInUse(worker, v1::Slot::AUXILIARY), worker.build(),
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
  TextTable slots({{"slot", kRight},
                   {"purpose"},
                   {"device"},
                   {"memory", kRight},
                   {"host limit", kRight},
                   {"threads", kRight},
                   {"running"}});
  for (const v1::Slot& slot : worker.slots()) {
    std::string device = slot.device();
    if (!slot.device_name().empty()) {
      absl::StrAppend(&device, " (", slot.device_name(), ")");
    }
    slots.AddRow({absl::StrCat(slot.index()),
                  v1::Slot::Purpose_IsValid(slot.purpose())
                      ? v1::Slot::Purpose_Name(slot.purpose())
                      : "?",
                  device, BytesOrDash(slot.device_memory_bytes()),
                  BytesOrDash(slot.host_memory_limit_bytes()),
                  absl::StrCat(slot.threads()),
                  slot.running().empty() ? "-" : slot.running()});
  }
  return absl::StrCat(facts.Render(), slots.empty() ? "" : "\n",
                      slots.empty() ? "" : slots.Render());
}

}  // namespace tunesmith::cli
