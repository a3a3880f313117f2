#ifndef TUNESMITH_SERVER_JOBS_DEFAULTED_FIELDS_H_
#define TUNESMITH_SERVER_JOBS_DEFAULTED_FIELDS_H_

#include <string>
#include <vector>

#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::server {

// Paths, as ListSetFields names them, of the fields of `resolved` that `sent`
// left open. `resolved` is what ResolveSpec made of `sent`.
std::vector<std::string> DefaultedFields(const v1::JobSpec& sent,
                                         const v1::JobSpec& resolved);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_DEFAULTED_FIELDS_H_
