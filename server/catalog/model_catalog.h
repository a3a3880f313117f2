#ifndef TUNESMITH_SERVER_CATALOG_MODEL_CATALOG_H_
#define TUNESMITH_SERVER_CATALOG_MODEL_CATALOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/catalog/stored_resource.h"
#include "server/store/store.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/model.pb.h"

namespace tunesmith::server {

// A model with what only the server knows of it.
struct ModelRow {
  // Place in the order of creation; the page cursor.
  int64_t number = 0;
  std::string tenant;
  internal::v1::Artifact artifact;
  v1::Model model;
  // Parameter table and heads; `model` in it is unset. Empty until READY.
  internal::v1::ModelFacts facts;

  // As work items carry it.
  internal::v1::ModelInput Input() const;
};

// What a listing keeps.
struct ModelFilter {
  v1::TaskType task = v1::TASK_TYPE_UNSPECIFIED;
  std::string family;
  std::optional<int64_t> max_parameter_count;
};

// Models' SQL. Stateless. Names here are ids: the last part of the name.
class ModelCatalog {
 public:
  // `row.model` has name, uid and state. ALREADY_EXISTS (RESOURCE_EXISTS).
  static absl::Status Insert(Transaction& tx, ModelRow& row);
  // Replaces record, state and facts.
  static absl::Status Update(Transaction& tx, const std::string& tenant,
                             const v1::Model& model,
                             const internal::v1::ModelFacts& facts);
  static absl::Status Remove(Transaction& tx, const std::string& tenant,
                             const std::string& uid);

  // NOT_FOUND (RESOURCE_NOT_FOUND), with the nearest id as a hint.
  static absl::StatusOr<ModelRow> Get(Connection& db, const std::string& tenant,
                                      const std::string& id);
  static absl::StatusOr<std::optional<ModelRow>> FindByUid(
      Connection& db, const std::string& tenant, const std::string& uid);
  // Newest first, numbers below `before`, at most `limit`.
  static absl::StatusOr<std::vector<ModelRow>> List(Connection& db,
                                                    const std::string& tenant,
                                                    const ModelFilter& filter,
                                                    int64_t before, int limit);

  // All of them, over all tenants.
  static absl::StatusOr<std::vector<StoredResource>> ListStored(Connection& db);
  // Every artifact key in use.
  static absl::StatusOr<std::vector<std::string>> ArtifactKeys(Connection& db);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_CATALOG_MODEL_CATALOG_H_
