#include "server/store/job_marks.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

constexpr int kJobsPerRead = 500;

absl::Status Insert(Connection& db, const MarkedJob& marked, JobMark kind,
                    const std::string& key, const std::string& value) {
  return db
      .Prepare(
          "INSERT INTO job_marks (tenant, kind, key, value, create_time,"
          " job) VALUES (?, ?, ?, ?, ?, ?)")
      .Bind(marked.tenant)
      .Bind(static_cast<int>(kind))
      .Bind(key)
      .Bind(value)
      .Bind(marked.create_time)
      .Bind(marked.number)
      .Run();
}

absl::Status InsertLabels(Connection& db, const MarkedJob& marked,
                          const v1::Job& job) {
  for (const auto& [key, value] : job.labels()) {
    TUNESMITH_RETURN_IF_ERROR(Insert(db, marked, JobMark::kLabel, key, value));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status InsertJobMarks(Connection& db, const MarkedJob& marked,
                            const v1::Job& job) {
  TUNESMITH_RETURN_IF_ERROR(InsertLabels(db, marked, job));
  TUNESMITH_RETURN_IF_ERROR(
      Insert(db, marked, JobMark::kBaseModel, "", job.spec().base_model()));
  const v1::Data& data = job.spec().data();
  // One dataset can have two parts.
  for (const std::string& name :
       std::set<std::string>{data.training(), data.validation(), data.test()}) {
    if (name.empty()) continue;
    TUNESMITH_RETURN_IF_ERROR(Insert(db, marked, JobMark::kDataset, "", name));
  }
  return absl::OkStatus();
}

absl::Status ReplaceLabelMarks(Connection& db, const MarkedJob& marked,
                               const v1::Job& job) {
  TUNESMITH_RETURN_IF_ERROR(
      db.Prepare("DELETE FROM job_marks WHERE job = ? AND kind = ?")
          .Bind(marked.number)
          .Bind(static_cast<int>(JobMark::kLabel))
          .Run());
  return InsertLabels(db, marked, job);
}

absl::Status FillJobMarks(Connection& db) {
  int64_t after = 0;
  while (true) {
    std::vector<std::pair<MarkedJob, v1::Job>> jobs;
    {
      Statement statement = db.Prepare(
          "SELECT number, tenant, create_time, record FROM jobs"
          " WHERE number > ?"
          " ORDER BY number LIMIT ?");
      statement.Bind(after).Bind(kJobsPerRead);
      while (true) {
        TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
        if (!found) break;
        after = statement.Int(0);
        MarkedJob marked = {statement.Text(1), after, statement.Time(2)};
        if (!jobs.emplace_back(std::move(marked), v1::Job())
                 .second.ParseFromString(statement.Text(3))) {
          return absl::DataLossError(absl::StrCat(
              "damaged record in the database, job number: ", after));
        }
      }
    }
    if (jobs.empty()) return absl::OkStatus();
    for (const auto& [marked, job] : jobs) {
      TUNESMITH_RETURN_IF_ERROR(InsertJobMarks(db, marked, job));
    }
  }
}

}  // namespace tunesmith::server
