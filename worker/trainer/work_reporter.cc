#include "worker/trainer/work_reporter.h"

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/message_limits.h"
#include "worker/trainer/evaluation_size.h"
#include "worker/trainer/wire_facts.h"

namespace tunesmith::worker {
namespace {

// Of a log line, and of a finding's message.
constexpr size_t kMaxTextBytes = 4 << 10;

std::string Text(std::string_view text) {
  std::string utf8 = ToUtf8(text);
  return std::string(CutAtCharacter(utf8, kMaxTextBytes));
}

}  // namespace

WorkReporter::WorkReporter(Sink sink, Clock& clock)
    : sink_(std::move(sink)), clock_(clock) {}

void WorkReporter::Send(internal::v1::WorkEvent event) {
  event.set_sequence(++sequence_);
  timespec now = absl::ToTimespec(clock_.Now());
  event.mutable_time()->set_seconds(now.tv_sec);
  event.mutable_time()->set_nanos(static_cast<int32_t>(now.tv_nsec));
  sink_(std::move(event));
}

void WorkReporter::Metric(tunesmith::v1::Metric metric) {
  internal::v1::WorkEvent event;
  *event.mutable_metric() = std::move(metric);
  Send(std::move(event));
}

void WorkReporter::Log(tunesmith::v1::LogLine::Severity severity,
                       std::string_view message) {
  internal::v1::WorkEvent event;
  event.mutable_log()->set_severity(severity);
  event.mutable_log()->set_message(Text(message));
  Send(std::move(event));
}

void WorkReporter::Finding(tunesmith::v1::Finding finding) {
  internal::v1::WorkEvent event;
  finding.set_message(Text(finding.message()));
  finding.set_column(Text(finding.column()));
  *event.mutable_finding() = std::move(finding);
  Send(std::move(event));
}

void WorkReporter::Findings(const std::vector<DataFinding>& findings) {
  for (const DataFinding& finding : findings) Finding(ToWire(finding));
}

void WorkReporter::DataSummary(const DataTotals& totals) {
  internal::v1::WorkEvent event;
  *event.mutable_data_summary() = ToWire(totals);
  Send(std::move(event));
}

void WorkReporter::Evaluation(tunesmith::v1::Evaluation evaluation) {
  std::vector<tunesmith::v1::Evaluation> fitting;
  fitting.push_back(std::move(evaluation));
  FitEvaluations(kMaxEventBytes / 2, fitting);
  internal::v1::WorkEvent event;
  *event.mutable_evaluation() = std::move(fitting.front());
  Send(std::move(event));
}

void WorkReporter::Checkpoint(internal::v1::CheckpointReport checkpoint) {
  internal::v1::WorkEvent event;
  *event.mutable_checkpoint() = std::move(checkpoint);
  Send(std::move(event));
}

void WorkReporter::Execution(tunesmith::v1::Execution execution) {
  internal::v1::WorkEvent event;
  *event.mutable_execution() = std::move(execution);
  Send(std::move(event));
}

void WorkReporter::Outcome(internal::v1::Outcome outcome) {
  internal::v1::WorkEvent event;
  *event.mutable_outcome() = std::move(outcome);
  Send(std::move(event));
}

}  // namespace tunesmith::worker
