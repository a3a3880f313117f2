#ifndef TUNESMITH_SERVER_API_RECORD_INTAKE_H_
#define TUNESMITH_SERVER_API_RECORD_INTAKE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/api/artifact_draft.h"
#include "server/api/context.h"
#include "server/lifecycle/catalog_commands.h"
#include "server/lifecycle/mutation.h"
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

// The answer to the same request before, so that nobody sends bytes in vain;
// empty for a new one. ALREADY_EXISTS (REQUEST_ID_REUSED), INVALID_ARGUMENT.
// Reads on the calling thread.
template <typename Answer>
absl::StatusOr<std::optional<Answer>> RecallNow(const ApiContext& api,
                                                const Mutation& mutation) {
  if (mutation.request_id.empty()) return std::optional<Answer>();
  TUNESMITH_RETURN_IF_ERROR(CheckRequestId(mutation.request_id));
  absl::StatusOr<std::optional<Answer>> answer = std::optional<Answer>();
  api.store->ReadNow(
      [&](Connection& db) { answer = RecallAnswer<Answer>(db, mutation); });
  return answer;
}

// Stores the record, once for each request id, with an audit record; `done`
// hears once it is on disk. The draft is kept then, and deleted otherwise.
void StoreDataset(const ApiContext& api, Mutation mutation, NewDataset dataset,
                  std::shared_ptr<ArtifactDraft> draft,
                  absl::AnyInvocable<void(absl::StatusOr<v1::Dataset>)> done);
void StoreModel(const ApiContext& api, Mutation mutation, NewModel model,
                std::shared_ptr<ArtifactDraft> draft,
                absl::AnyInvocable<void(absl::StatusOr<v1::Model>)> done);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_RECORD_INTAKE_H_
