#include "server/events/event_log.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

// A page of events is cut here, so that an answer stays below gRPC's limit.
constexpr size_t kMaxPageBytes = 1 << 20;

absl::StatusOr<int64_t> NewestSequence(Connection& db, const JobKey& job) {
  Statement statement = db.Prepare(
      "SELECT COALESCE(MAX(sequence), 0) FROM job_events"
      " WHERE tenant = ? AND job_uid = ?");
  statement.Bind(job.tenant).Bind(job.uid);
  TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
  return statement.Int(0);
}

// NaN is NULL in the table.
double ReadValue(const Statement& statement, int column) {
  return statement.IsNull(column) ? std::numeric_limits<double>::quiet_NaN()
                                  : statement.Double(column);
}

bool SameValue(double a, double b) {
  // Not by bits: SQLite gives a negative zero back as a positive one.
  return a == b || (std::isnan(a) && std::isnan(b));
}

absl::StatusOr<std::optional<double>> FindMetric(Connection& db,
                                                 const JobKey& job,
                                                 const v1::Metric& metric) {
  Statement statement = db.Prepare(
      "SELECT value FROM job_metrics WHERE tenant = ? AND job_uid = ?"
      " AND split = ? AND name = ? AND step = ?");
  statement.Bind(job.tenant)
      .Bind(job.uid)
      .Bind(metric.split())
      .Bind(metric.name())
      .Bind(metric.step());
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::optional<double>();
  return std::optional<double>(ReadValue(statement, 0));
}

absl::Status InsertMetric(Transaction& tx, const JobKey& job,
                          const v1::Metric& metric) {
  // One that is no number would be NULL, which the column refuses; the worker
  // would then send the event again for ever.
  const double epoch = std::isnan(metric.epoch()) ? 0 : metric.epoch();
  return tx.db()
      .Prepare(
          "INSERT INTO job_metrics"
          " (tenant, job_uid, split, name, step, epoch, value)"
          " VALUES (?, ?, ?, ?, ?, ?, ?)")
      .Bind(job.tenant)
      .Bind(job.uid)
      .Bind(metric.split())
      .Bind(metric.name())
      .Bind(metric.step())
      .Bind(epoch)
      .Bind(metric.value())
      .Run();
}

v1::Finding NotReproduced(const v1::Metric& metric, double earlier) {
  v1::Finding finding;
  finding.set_code(v1::Finding::METRIC_NOT_REPRODUCED);
  finding.set_severity(v1::Finding::WARNING);
  finding.set_message(absl::StrCat(metric.name(), " at step ", metric.step(),
                                   " was ", earlier, " in an earlier attempt",
                                   " and is ", metric.value(), " now"));
  finding.set_suggestion(
      "the attempts ran on different hardware, or the hardware is at fault");
  finding.set_count(1);
  return finding;
}

absl::Status InsertEvent(Transaction& tx, const JobKey& job,
                         const v1::JobEvent& event) {
  return tx.db()
      .Prepare(
          "INSERT INTO job_events (tenant, job_uid, sequence, record)"
          " VALUES (?, ?, ?, ?)")
      .Bind(job.tenant)
      .Bind(job.uid)
      .Bind(event.sequence())
      .BindBlob(event.SerializeAsString())
      .Run();
}

void SetTime(absl::Time time, google::protobuf::Timestamp& timestamp) {
  const int64_t micros = absl::ToUnixMicros(time);
  timestamp.set_seconds(micros / 1'000'000);
  timestamp.set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1000));
}

}  // namespace

absl::StatusOr<int64_t> EventLog::Append(Transaction& tx, const JobKey& job,
                                         v1::JobEvent event) {
  TUNESMITH_ASSIGN_OR_RETURN(int64_t newest, NewestSequence(tx.db(), job));
  if (event.has_metric()) {
    std::optional<double> earlier;
    TUNESMITH_ASSIGN_OR_RETURN(earlier,
                               FindMetric(tx.db(), job, event.metric()));
    if (!earlier.has_value()) {
      TUNESMITH_RETURN_IF_ERROR(InsertMetric(tx, job, event.metric()));
    } else if (SameValue(*earlier, event.metric().value())) {
      return newest;
    } else {
      *event.mutable_finding() = NotReproduced(event.metric(), *earlier);
    }
  }
  event.set_sequence(newest + 1);
  if (!event.has_time()) SetTime(tx.now(), *event.mutable_time());
  TUNESMITH_RETURN_IF_ERROR(InsertEvent(tx, job, event));
  return event.sequence();
}

absl::StatusOr<std::vector<v1::JobEvent>> EventLog::Read(Connection& db,
                                                         const JobKey& job,
                                                         int64_t after_sequence,
                                                         int limit) {
  Statement statement = db.Prepare(
      "SELECT record FROM job_events WHERE tenant = ? AND job_uid = ?"
      " AND sequence > ? ORDER BY sequence LIMIT ?");
  statement.Bind(job.tenant).Bind(job.uid).Bind(after_sequence).Bind(limit);
  std::vector<v1::JobEvent> events;
  size_t bytes = 0;
  for (;;) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return events;
    std::string record = statement.Text(0);
    bytes += record.size();
    if (!events.empty() && bytes > kMaxPageBytes) return events;
    if (!events.emplace_back().ParseFromString(record)) {
      return absl::DataLossError(
          absl::StrCat("a stored event cannot be read, job: ", job.uid));
    }
  }
}

absl::StatusOr<EventLog::LastMetric> EventLog::FindLastMetric(
    Connection& db, const JobKey& job) {
  Statement statement = db.Prepare(
      "SELECT step, MAX(split) FROM job_metrics"
      " WHERE tenant = ? AND job_uid = ?"
      " GROUP BY step ORDER BY step DESC LIMIT 1");
  statement.Bind(job.tenant).Bind(job.uid);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return LastMetric();
  return LastMetric{.step = statement.Int(0),
                    .evaluated = statement.Int(1) > v1::TRAINING};
}

absl::Status EventLog::ForgetMetricsAfter(Transaction& tx, const JobKey& job,
                                          int64_t step) {
  return tx.db()
      .Prepare(
          "DELETE FROM job_metrics"
          " WHERE tenant = ? AND job_uid = ? AND step > ?")
      .Bind(job.tenant)
      .Bind(job.uid)
      .Bind(step)
      .Run();
}

absl::StatusOr<std::vector<v1::Metric>> EventLog::ReadMetrics(
    Connection& db, const JobKey& job, v1::Split split,
    const std::string& metric_name, const std::optional<MetricCursor>& after,
    int limit) {
  const MetricCursor cursor = after.value_or(MetricCursor());
  Statement statement = db.Prepare(
      "SELECT split, name, step, epoch, value FROM job_metrics"
      " WHERE tenant = ?1 AND job_uid = ?2"
      " AND (?3 = 0 OR split = ?3) AND (?4 = '' OR name = ?4)"
      " AND (split, name, step) > (?5, ?6, ?7)"
      " ORDER BY split, name, step LIMIT ?8");
  statement.Bind(job.tenant)
      .Bind(job.uid)
      .Bind(split)
      .Bind(metric_name)
      .Bind(cursor.split)
      .Bind(cursor.name)
      .Bind(cursor.step)
      .Bind(limit);
  std::vector<v1::Metric> metrics;
  for (;;) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return metrics;
    v1::Metric& metric = metrics.emplace_back();
    metric.set_split(static_cast<v1::Split>(statement.Int(0)));
    metric.set_name(statement.Text(1));
    metric.set_step(statement.Int(2));
    metric.set_epoch(statement.Double(3));
    metric.set_value(ReadValue(statement, 4));
  }
}

}  // namespace tunesmith::server
