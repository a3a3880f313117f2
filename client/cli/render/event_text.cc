#include "client/cli/render/event_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/render/data_text.h"
#include "client/cli/render/evaluation_text.h"
#include "client/cli/render/finding_text.h"
#include "client/cli/render/job_text.h"
#include "client/cli/render/printable.h"
#include "client/cli/render/quantity.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/error.h"

namespace tunesmith::cli {
namespace {

std::string StateChangeText(const v1::StateChanged& change) {
  std::string text = StateName(change.to());
  if (change.has_error() && change.error().code() != 0) {
    absl::StrAppend(&text, ": ", change.error().message());
    std::string reason = ReasonOf(FromRpcStatus(change.error()));
    if (!reason.empty()) absl::StrAppend(&text, " (", reason, ")");
  } else if (!change.message().empty()) {
    absl::StrAppend(&text, ": ", change.message());
  }
  return text;
}

std::string MetricText(const v1::Metric& metric) {
  return absl::StrCat("step ", metric.step(), " ", SplitName(metric.split()),
                      " ", metric.name(), " ", FormatFigure(metric.value()));
}

std::string LogText(const v1::LogLine& line) {
  if (line.severity() == v1::LogLine::INFO) return line.message();
  if (!v1::LogLine::Severity_IsValid(line.severity())) return line.message();
  return absl::StrCat(
      absl::AsciiStrToLower(v1::LogLine::Severity_Name(line.severity())), ": ",
      line.message());
}

std::string ExecutionText(const v1::Execution& execution) {
  std::string text =
      absl::StrCat("runs on ", execution.device(), " of ", execution.worker());
  if (!execution.device_name().empty()) {
    absl::StrAppend(&text, " (", execution.device_name(), ")");
  }
  return text;
}

std::string EventText(const v1::JobEvent& event) {
  switch (event.kind_case()) {
    case v1::JobEvent::kStateChanged:
      return StateChangeText(event.state_changed());
    case v1::JobEvent::kMetric:
      return MetricText(event.metric());
    case v1::JobEvent::kLog:
      return LogText(event.log());
    case v1::JobEvent::kFinding:
      return RenderFinding(event.finding());
    case v1::JobEvent::kExecutionSet:
      return ExecutionText(event.execution_set());
    case v1::JobEvent::kEvaluation:
      return RenderEvaluationLine(event.evaluation());
    case v1::JobEvent::kCheckpoint:
      return absl::StrCat("checkpoint after step ", event.checkpoint().step(),
                          event.checkpoint().best() ? ", the best so far" : "",
                          ", ", FormatBytes(event.checkpoint().size_bytes()));
    case v1::JobEvent::kDataSummary:
      return absl::StrCat(event.data_summary().dataset(), ": ",
                          DescribeRows(event.data_summary()));
    case v1::JobEvent::KIND_NOT_SET:
      break;
  }
  return "(an event that this version does not know)";
}

}  // namespace

std::string RenderEvent(const v1::JobEvent& event) {
  return Printable(EventText(event));
}

std::string RenderEventForLog(const v1::JobEvent& event, absl::TimeZone zone) {
  return absl::StrFormat("%5d  %s  %s", event.sequence(),
                         FormatTime(event.time(), zone), RenderEvent(event));
}

bool IsForWatchers(const v1::JobEvent& event) {
  return !event.has_metric() && !event.has_data_summary();
}

}  // namespace tunesmith::cli
