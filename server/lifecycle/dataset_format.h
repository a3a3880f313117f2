#ifndef TUNESMITH_SERVER_LIFECYCLE_DATASET_FORMAT_H_
#define TUNESMITH_SERVER_LIFECYCLE_DATASET_FORMAT_H_

#include <string>

#include "server/jobs/field_scope.h"
#include "tunesmith/v1/dataset.pb.h"

namespace tunesmith::server {

// Every problem of a format that a user sent for a file.
void CheckDatasetFormat(const v1::DatasetFormat& format,
                        const std::string& file_name, const FieldScope& scope);

// With the kind by the file's name and every default filled in. `format` has
// passed CheckDatasetFormat.
v1::DatasetFormat ResolveDatasetFormat(v1::DatasetFormat format,
                                       const std::string& file_name);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_DATASET_FORMAT_H_
