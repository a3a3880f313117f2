#ifndef TUNESMITH_WORKER_TRAINER_WORK_REPORTER_H_
#define TUNESMITH_WORKER_TRAINER_WORK_REPORTER_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "proto/contract/base/clock.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/data/data_totals.h"
#include "worker/data/finding.h"

namespace tunesmith::worker {

// Gives every event of a work item its sequence and time, and makes sure that
// its text is UTF-8. Used by the thread that does the work.
class WorkReporter {
 public:
  using Sink = std::function<void(internal::v1::WorkEvent)>;

  // `clock` outlives this object.
  WorkReporter(Sink sink, Clock& clock);

  void Metric(tunesmith::v1::Metric metric);
  // Cut to what a log line may have.
  void Log(tunesmith::v1::LogLine::Severity severity, std::string_view message);
  void Finding(tunesmith::v1::Finding finding);
  void Findings(const std::vector<DataFinding>& findings);
  // What became of the rows of a dataset; ROW_TOTALS among the findings says
  // the same in words.
  void DataSummary(const DataTotals& totals);
  // Without the tables that would not fit into an event.
  void Evaluation(tunesmith::v1::Evaluation evaluation);
  void Checkpoint(internal::v1::CheckpointReport checkpoint);
  void Execution(tunesmith::v1::Execution execution);
  // The last event.
  void Outcome(internal::v1::Outcome outcome);

  // Events so far.
  int64_t sequence() const { return sequence_; }

 private:
  void Send(internal::v1::WorkEvent event);

  const Sink sink_;
  Clock& clock_;
  int64_t sequence_ = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_WORK_REPORTER_H_
