#include "server/api/record_intake.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/catalog/dataset_catalog.h"
#include "server/catalog/model_catalog.h"

namespace tunesmith::server {
namespace {

// What becomes of the state found by an id when the id should be free: one that
// failed gives its name up.
template <typename State>
absl::Status FreeUnlessFound(const absl::StatusOr<State>& state, State failed,
                             ResourceKind kind, const std::string& id) {
  if (absl::IsNotFound(state.status())) return absl::OkStatus();
  if (!state.ok()) return state.status();
  if (*state == failed) return absl::OkStatus();
  return MakeError(absl::StatusCode::kAlreadyExists,
                   v1::ERROR_REASON_RESOURCE_EXISTS,
                   absl::StrCat("already exists: ", ResourceName(kind, id)));
}

// What a write leaves.
template <typename Resource>
struct Stored {
  Resource answer;
  // Whether it made the answer; another one did where the request came before.
  bool is_new = false;
};

// Writes by `create` and settles what becomes of the draft.
template <typename Resource>
void StoreRecord(
    const ApiContext& api, Mutation mutation,
    std::shared_ptr<ArtifactDraft> draft,
    absl::AnyInvocable<absl::StatusOr<Resource>(Transaction&)> create,
    absl::AnyInvocable<void(absl::StatusOr<Resource>)> done) {
  auto stored = std::make_shared<Stored<Resource>>();
  Executor* files = api.files;
  api.store->Write(
      [stored, mutation = std::move(mutation),
       create = std::move(create)](Transaction& tx) mutable -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(stored->answer,
                                   AnswerOnce<Resource>(tx, mutation, [&] {
                                     stored->is_new = true;
                                     return create(tx);
                                   }));
        return absl::OkStatus();
      },
      [stored, files, draft = std::move(draft),
       done = std::move(done)](absl::Status status) mutable {
        if (status.ok() && stored->is_new) {
          draft->Keep();
          done(std::move(stored->answer));
          return;
        }
        // Deleting takes I/O, and so has no place on this thread. The answer
        // comes after it: a client that heard of the failure may try again.
        files->Run([stored, draft = std::move(draft), done = std::move(done),
                    status]() mutable {
          draft.reset();
          if (status.ok()) {
            done(std::move(stored->answer));
          } else {
            done(status);
          }
        });
      });
}

}  // namespace

absl::Status CheckDatasetIdIsFree(const ApiContext& api,
                                  const std::string& tenant,
                                  const std::string& id) {
  if (id.empty()) return absl::OkStatus();
  absl::StatusOr<v1::Dataset::State> state;
  api.store->ReadNow([&](Connection& db) {
    absl::StatusOr<DatasetRow> row = DatasetCatalog::Get(db, tenant, id);
    if (row.ok()) {
      state = row->dataset.state();
    } else {
      state = row.status();
    }
  });
  return FreeUnlessFound(state, v1::Dataset::FAILED, ResourceKind::kDataset,
                         id);
}

absl::Status CheckModelIdIsFree(const ApiContext& api,
                                const std::string& tenant,
                                const std::string& id) {
  if (id.empty()) return absl::OkStatus();
  absl::StatusOr<v1::Model::State> state;
  api.store->ReadNow([&](Connection& db) {
    absl::StatusOr<ModelRow> row = ModelCatalog::Get(db, tenant, id);
    if (row.ok()) {
      state = row->model.state();
    } else {
      state = row.status();
    }
  });
  return FreeUnlessFound(state, v1::Model::FAILED, ResourceKind::kModel, id);
}

void StoreDataset(const ApiContext& api, Mutation mutation, NewDataset dataset,
                  std::shared_ptr<ArtifactDraft> draft,
                  absl::AnyInvocable<void(absl::StatusOr<v1::Dataset>)> done) {
  const std::string tenant = mutation.caller.tenant;
  StoreRecord<v1::Dataset>(
      api, std::move(mutation), std::move(draft),
      [lifecycle = api.lifecycle, tenant,
       dataset = std::move(dataset)](Transaction& tx) {
        return CreateDataset(tx, lifecycle, tenant, dataset);
      },
      std::move(done));
}

void StoreModel(const ApiContext& api, Mutation mutation, NewModel model,
                std::shared_ptr<ArtifactDraft> draft,
                absl::AnyInvocable<void(absl::StatusOr<v1::Model>)> done) {
  const std::string tenant = mutation.caller.tenant;
  StoreRecord<v1::Model>(
      api, std::move(mutation), std::move(draft),
      [lifecycle = api.lifecycle, tenant,
       model = std::move(model)](Transaction& tx) {
        return ImportModel(tx, lifecycle, tenant, model);
      },
      std::move(done));
}

}  // namespace tunesmith::server
