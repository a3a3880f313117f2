#ifndef TUNESMITH_WORKER_REPORT_REPORT_H_
#define TUNESMITH_WORKER_REPORT_REPORT_H_

#include <string>

#include "worker/report/finished_run.h"

namespace tunesmith::worker {

inline constexpr char kReportFileName[] = "report.html";

// The run for people: one HTML file without scripts that loads nothing. What
// comes from users is escaped, what could be long is cut with a remark. Only
// the section with the id "attempt" tells of time and of how often the run was
// stopped on the way: all else is the same for a run that was not.
std::string RenderReport(const FinishedRun& run);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_REPORT_H_
