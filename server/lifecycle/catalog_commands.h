#ifndef TUNESMITH_SERVER_LIFECYCLE_CATALOG_COMMANDS_H_
#define TUNESMITH_SERVER_LIFECYCLE_CATALOG_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/contract/error.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/dataset.pb.h"
#include "tunesmith/v1/model.pb.h"

// What users do to datasets and models. Errors are those that the services'
// protos list.

namespace tunesmith::server {

// A dataset whose file is in the artifact store.
struct NewDataset {
  // Empty: generated.
  std::string id;
  std::string uid;
  // `display_name`, `labels` and `format` as the user sent them; `source`,
  // `digest` and `size_bytes` are set.
  v1::Dataset dataset;
  std::string file_name;
  internal::v1::Artifact artifact;
};

// A model directory that is in the artifact store, under `model/`.
struct NewModel {
  // Empty: generated.
  std::string id;
  std::string uid;
  // `display_name`, `labels`, `license` and `origin` are set.
  v1::Model model;
  internal::v1::Artifact artifact;
};

// Every problem of what a user sends with a new dataset, before any byte is
// read: id, labels, display name, format. Field paths begin with `prefix`
// ("dataset", "header.dataset"); the id's is `{prefix}_id`.
std::vector<FieldViolation> CheckNewDataset(const std::string& id,
                                            const v1::Dataset& dataset,
                                            const std::string& file_name,
                                            const std::string& prefix);
std::vector<FieldViolation> CheckNewModel(const std::string& id,
                                          const v1::Model& model,
                                          const std::string& prefix);

// Stores it in INSPECTING with a work item, its format resolved by file name
// and defaults; in the place of one of that id that FAILED.
absl::StatusOr<v1::Dataset> CreateDataset(Transaction& tx,
                                          const LifecycleContext& context,
                                          const std::string& tenant,
                                          const NewDataset& dataset);
absl::Status DeleteDataset(Transaction& tx, const LifecycleContext& context,
                           const std::string& tenant, const std::string& id,
                           const std::string& etag = "");

// Stores it in IMPORTING with a work item, in the place of one of that id that
// FAILED.
absl::StatusOr<v1::Model> ImportModel(Transaction& tx,
                                      const LifecycleContext& context,
                                      const std::string& tenant,
                                      const NewModel& model);
absl::Status DeleteModel(Transaction& tx, const LifecycleContext& context,
                         const std::string& tenant, const std::string& id,
                         const std::string& etag = "");

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_CATALOG_COMMANDS_H_
