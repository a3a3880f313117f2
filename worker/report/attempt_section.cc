#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "worker/report/html_table.h"
#include "worker/report/sections.h"

namespace tunesmith::worker {
namespace {

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

std::string DurationText(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(duration, absl::Milliseconds(1)));
}

// An attempt may have had no step left to do.
std::string FirstStepText(const FinishedRun& run) {
  absl::Duration duration = run.result.first_step_time - run.start_time;
  return duration > absl::ZeroDuration() ? DurationText(duration) : "-";
}

std::string RateText(const TrainingResult& result) {
  double seconds = absl::ToDoubleSeconds(result.training_time);
  if (seconds <= 0) return "-";
  return absl::StrFormat(
      "%.1f", static_cast<double>(result.training_examples) / seconds);
}

std::string EnergyText(const TrainingResult& result) {
  if (!result.energy_joules.has_value()) return "not measured";
  return absl::StrFormat("%.1f kJ", *result.energy_joules / 1000);
}

}  // namespace

void WriteAttempt(const FinishedRun& run, HtmlWriter& html) {
  const TrainingResult& result = run.result;
  HtmlElement section(html, "section", {{"id", "attempt"}});
  html.Add("h2", "Timing");
  HtmlTable table;
  table.columns = {{""}, {""}};
  table.rows = {
      {"attempt", absl::StrCat(run.item.attempt())},
      {"began", TimeText(run.start_time)},
      {"ended", TimeText(run.end_time)},
      {"preparation of data", DurationText(run.preparation_time)},
      {"until the first step was done", FirstStepText(run)},
      {"training, all attempts", DurationText(result.training_time)},
      {"evaluation, all attempts", DurationText(result.evaluation_time)},
      {"energy of the device, all attempts", EnergyText(result)},
      {"checkpoints on the way", absl::StrCat(result.checkpoints)},
      {"steps waited for them", DurationText(result.checkpoint_time)},
      {"training rows gone over", absl::StrCat(result.training_examples)},
      {"training rows per second", RateText(result)}};
  WriteTable(table, html);
}

}  // namespace tunesmith::worker
