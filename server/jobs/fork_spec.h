#ifndef TUNESMITH_SERVER_JOBS_FORK_SPEC_H_
#define TUNESMITH_SERVER_JOBS_FORK_SPEC_H_

#include <string>
#include <vector>

#include "google/protobuf/field_mask.pb.h"
#include "proto/contract/error.h"
#include "tunesmith/v1/checkpoint.pb.h"
#include "tunesmith/v1/job_spec.pb.h"

// The spec of a fork, see ForkJob. Pure.

namespace tunesmith::server {

// Paths of `mask` that name no field of a spec; fields are
// `update_mask.paths[i]`.
std::vector<FieldViolation> CheckSpecMask(
    const google::protobuf::FieldMask& mask);

// `spec` with the fields of `changes` that `mask`, which passed CheckSpecMask,
// names; without any path, with those that are set.
v1::JobSpec ChangedSpec(v1::JobSpec spec, const v1::JobSpec& changes,
                        const google::protobuf::FieldMask& mask);

// What a fork must not change, and steps that are done already. Both specs are
// resolved; field paths begin with `prefix`.
std::vector<FieldViolation> CheckFork(const v1::JobSpec& original,
                                      const v1::JobSpec& fork,
                                      const v1::Checkpoint& checkpoint,
                                      const std::string& prefix);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_FORK_SPEC_H_
