#include "server/api/ready_model.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"

namespace tunesmith::server {

absl::StatusOr<ModelRow> GetReadyModel(Connection& db,
                                       const std::string& tenant,
                                       const std::string& id) {
  TUNESMITH_ASSIGN_OR_RETURN(ModelRow row, ModelCatalog::Get(db, tenant, id));
  if (row.model.state() != v1::Model::READY) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        v1::ERROR_REASON_RESOURCE_NOT_READY,
        absl::StrCat("model is ", v1::Model::State_Name(row.model.state()),
                     ": ", row.model.name()));
  }
  return row;
}

}  // namespace tunesmith::server
