#ifndef TUNESMITH_CLIENT_CLI_RENDER_JOB_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_JOB_TEXT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::cli {

// One line a job: name, state, how far or why not, base model, age.
std::string RenderJobs(const std::vector<v1::Job>& jobs, absl::Time now);

// "jobs/a  RUNNING  training  step 3": without a line break.
std::string RenderJobLine(const v1::Job& job);

// Everything a person wants to know about one job.
std::string RenderJob(const v1::Job& job, absl::TimeZone zone);

// What a watcher is told at the end: the figures before and after, each class,
// the confusion matrix, where the model is and what to do next; or why it
// failed.
std::string RenderJobReport(const v1::Job& job);

// "RUNNING".
std::string StateName(v1::Job::State state);

// Whether the job has ended, and whether it ended well.
bool HasEnded(v1::Job::State state);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_JOB_TEXT_H_
