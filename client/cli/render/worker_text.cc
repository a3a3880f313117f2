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
                   {"TRAINING", kRight},
                   {"AUXILIARY", kRight},
                   {"PREDICTION", kRight},
                   {"BUILD"},
                   {"CONNECTED"},
                   {"LAST SEEN"}});
  for (const v1::Worker& worker : workers) {
    table.AddRow({worker.name(), StateOf(worker),
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
