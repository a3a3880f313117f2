#ifndef TUNESMITH_SERVER_CATALOG_DATASET_CATALOG_H_
#define TUNESMITH_SERVER_CATALOG_DATASET_CATALOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/catalog/stored_resource.h"
#include "server/store/store.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/dataset.pb.h"
#include "tunesmith/v1/finding.pb.h"

namespace tunesmith::server {

// A dataset with what only the server knows of it.
struct DatasetRow {
  // Place in the order of creation; the page cursor.
  int64_t number = 0;
  std::string tenant;
  std::string file_name;
  internal::v1::Artifact artifact;
  v1::Dataset dataset;

  // As work items carry it.
  internal::v1::DatasetInput Input() const;
};

// Datasets' SQL. Stateless. Names here are ids: the last part of the name.
class DatasetCatalog {
 public:
  // `row.dataset` has name, uid and state. ALREADY_EXISTS (RESOURCE_EXISTS).
  static absl::Status Insert(Transaction& tx, DatasetRow& row);
  // Replaces record and state.
  static absl::Status Update(Transaction& tx, const std::string& tenant,
                             const v1::Dataset& dataset);
  static absl::Status Remove(Transaction& tx, const std::string& tenant,
                             const std::string& uid);

  // NOT_FOUND (RESOURCE_NOT_FOUND), with the nearest id as a hint.
  static absl::StatusOr<DatasetRow> Get(Connection& db,
                                        const std::string& tenant,
                                        const std::string& id);
  static absl::StatusOr<std::optional<DatasetRow>> FindByUid(
      Connection& db, const std::string& tenant, const std::string& uid);
  // Newest first, numbers below `before`, at most `limit`.
  static absl::StatusOr<std::vector<DatasetRow>> List(Connection& db,
                                                      const std::string& tenant,
                                                      int64_t before,
                                                      int limit);

  // Appends with the next number.
  static absl::Status AddFinding(Transaction& tx, const std::string& tenant,
                                 const std::string& uid,
                                 const v1::Finding& finding);
  // Forgets what an earlier attempt found.
  static absl::Status ClearFindings(Transaction& tx, const std::string& tenant,
                                    const std::string& uid);
  // Findings after number `after`, in order; numbers begin at 1 without gaps.
  static absl::StatusOr<std::vector<v1::Finding>> ListFindings(
      Connection& db, const std::string& tenant, const std::string& uid,
      int64_t after, int limit);

  // All of them, over all tenants.
  static absl::StatusOr<std::vector<StoredResource>> ListStored(Connection& db);
  // Every artifact key in use.
  static absl::StatusOr<std::vector<std::string>> ArtifactKeys(Connection& db);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_CATALOG_DATASET_CATALOG_H_
