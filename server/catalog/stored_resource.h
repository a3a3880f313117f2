#ifndef TUNESMITH_SERVER_CATALOG_STORED_RESOURCE_H_
#define TUNESMITH_SERVER_CATALOG_STORED_RESOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/timestamp.pb.h"
#include "proto/contract/base/status_macros.h"
#include "server/catalog/record.h"
#include "server/store/connection.h"
#include "tunesmith/internal/v1/work.pb.h"

namespace tunesmith::server {

// A model or dataset as something that takes room.
struct StoredResource {
  std::string tenant;
  // `models/{model}` or `datasets/{dataset}`.
  std::string name;
  // Of its files.
  int64_t size_bytes = 0;
  google::protobuf::Timestamp create_time;
};

// Rows of tenant, artifact and record, whose message is a `Resource`.
template <typename Resource>
absl::StatusOr<std::vector<StoredResource>> ReadStored(Connection& db,
                                                       const char* sql) {
  Statement statement = db.Prepare(sql);
  std::vector<StoredResource> resources;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return resources;
    internal::v1::Artifact artifact;
    TUNESMITH_RETURN_IF_ERROR(ParseRecord(statement.Text(1), artifact));
    Resource record;
    TUNESMITH_RETURN_IF_ERROR(ParseRecord(statement.Text(2), record));
    resources.push_back({.tenant = statement.Text(0),
                         .name = record.name(),
                         .size_bytes = artifact.size_bytes(),
                         .create_time = record.create_time()});
  }
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_CATALOG_STORED_RESOURCE_H_
