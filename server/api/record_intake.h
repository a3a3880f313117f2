#ifndef TUNESMITH_SERVER_API_RECORD_INTAKE_H_
#define TUNESMITH_SERVER_API_RECORD_INTAKE_H_

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/api/artifact_draft.h"
#include "server/api/context.h"
#include "server/lifecycle/catalog_commands.h"
#include "tunesmith/v1/dataset.pb.h"
#include "tunesmith/v1/model.pb.h"

// The last step of every way in: a record for bytes that are sealed.

namespace tunesmith::server {

// ALREADY_EXISTS (RESOURCE_EXISTS) when the id is taken, so that nobody sends
// bytes in vain; OK when `id` is empty, or what has it FAILED. Reads on the
// calling thread.
absl::Status CheckDatasetIdIsFree(const ApiContext& api,
                                  const std::string& tenant,
                                  const std::string& id);
absl::Status CheckModelIdIsFree(const ApiContext& api,
                                const std::string& tenant,
                                const std::string& id);

// Stores the record; `done` hears once it is on disk. The draft is kept then,
// and deleted otherwise.
void StoreDataset(const ApiContext& api, const std::string& tenant,
                  NewDataset dataset, std::shared_ptr<ArtifactDraft> draft,
                  absl::AnyInvocable<void(absl::StatusOr<v1::Dataset>)> done);
void StoreModel(const ApiContext& api, const std::string& tenant,
                NewModel model, std::shared_ptr<ArtifactDraft> draft,
                absl::AnyInvocable<void(absl::StatusOr<v1::Model>)> done);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_RECORD_INTAKE_H_
