#include "server/lifecycle/comparison.h"

#include <cmath>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "proto/contract/base/status_macros.h"
#include "server/events/event_log.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

// As the original reported it.
absl::StatusOr<std::optional<double>> FindValue(Connection& db,
                                                const JobKey& original,
                                                const v1::Metric& metric) {
  EventLog::MetricCursor before{.split = metric.split(),
                                .name = metric.name(),
                                .step = metric.step() - 1};
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<v1::Metric> found,
      EventLog::ReadMetrics(db, original, metric.split(), metric.name(), before,
                            /*limit=*/1));
  if (found.empty() || found[0].step() != metric.step()) return std::nullopt;
  return found[0].value();
}

bool SameValue(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

std::string MachineText(const v1::Execution& execution) {
  return absl::StrCat(execution.device_name(), " (", execution.device(), ", ",
                      execution.threads(), " threads)");
}

// Names both machines: where they are of different kinds, equal bits are not
// to be expected.
std::string MachinesText(Connection& db, const v1::Job& job,
                         const JobKey& original) {
  absl::StatusOr<std::optional<JobRow>> row = JobTable::FindByUid(db, original);
  if (!row.ok() || !row->has_value()) return "";
  return absl::StrCat("; on ", MachineText(job.execution()),
                      ", the original on ",
                      MachineText((*row)->job.execution()));
}

}  // namespace

absl::Status CompareMetric(Connection& db, const v1::Metric& metric,
                           v1::Job& job) {
  if (!job.has_comparison()) return absl::OkStatus();
  v1::Comparison& comparison = *job.mutable_comparison();
  if (comparison.has_first_different_step() &&
      comparison.first_different_step() <= metric.step()) {
    return absl::OkStatus();
  }
  JobKey original{job.tenant(), comparison.original_uid()};
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<double> expected,
                             FindValue(db, original, metric));
  if (!expected.has_value() || SameValue(*expected, metric.value())) {
    return absl::OkStatus();
  }
  comparison.set_first_different_step(metric.step());
  comparison.set_difference(
      absl::StrFormat("%s %s at step %d is %.17g and was %.17g%s",
                      absl::AsciiStrToLower(v1::Split_Name(metric.split())),
                      metric.name(), metric.step(), metric.value(), *expected,
                      MachinesText(db, job, original)));
  return absl::OkStatus();
}

void Conclude(const std::string& digest, v1::Job& job) {
  if (!job.has_comparison()) return;
  v1::Comparison& comparison = *job.mutable_comparison();
  comparison.set_digest(digest);
  const std::string& expected = comparison.expected_digest();
  bool same_digest = expected.empty() || expected == digest;
  bool equal = same_digest && !comparison.has_first_different_step();
  comparison.set_verdict(equal ? v1::Comparison::EQUAL
                               : v1::Comparison::DIFFERENT);
  if (!equal && comparison.difference().empty()) {
    comparison.set_difference(
        "the figures agree, the weights at the end do not");
  }
}

}  // namespace tunesmith::server
