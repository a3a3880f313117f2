#include "server/lifecycle/named_job.h"

#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/lifecycle/etag.h"

namespace tunesmith::server {

absl::StatusOr<JobRow> FindNamedJob(Connection& db, const std::string& tenant,
                                    const std::string& field,
                                    const std::string& name,
                                    const std::string& etag) {
  absl::StatusOr<std::string> id = ParseResourceName(ResourceKind::kJob, name);
  if (!id.ok()) {
    return InvalidFieldsError({{field, std::string(id.status().message())}});
  }
  TUNESMITH_ASSIGN_OR_RETURN(JobRow row, JobTable::Get(db, tenant, *id));
  TUNESMITH_RETURN_IF_ERROR(CheckEtag("job", etag, row.job.etag()));
  return row;
}

}  // namespace tunesmith::server
