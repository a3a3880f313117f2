#ifndef TUNESMITH_SERVER_LIFECYCLE_COMPARISON_H_
#define TUNESMITH_SERVER_LIFECYCLE_COMPARISON_H_

#include <string>

#include "absl/status/status.h"
#include "server/store/connection.h"
#include "tunesmith/v1/event.pb.h"
#include "tunesmith/v1/job.pb.h"

// What a job that repeats another one finds out, in `job.comparison`. They do
// nothing for a job without one.

namespace tunesmith::server {

// Remembers the first step at which the job reports another figure than the
// original did. A figure that the original does not have, or not any more, is
// passed over.
absl::Status CompareMetric(Connection& db, const v1::Metric& metric,
                           v1::Job& job);

// The verdict, from the figures and the digest that the job ended with.
void Conclude(const std::string& digest, v1::Job& job);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_COMPARISON_H_
