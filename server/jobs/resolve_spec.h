#ifndef TUNESMITH_SERVER_JOBS_RESOLVE_SPEC_H_
#define TUNESMITH_SERVER_JOBS_RESOLVE_SPEC_H_

#include <string>
#include <vector>

#include "proto/contract/error.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/dataset.pb.h"
#include "tunesmith/v1/errors.pb.h"
#include "tunesmith/v1/job_spec.pb.h"
#include "tunesmith/v1/model.pb.h"

// From what a user sent to what a trainer obeys. Pure.

namespace tunesmith::server {

// What is known of a spec's inputs. A null pointer or a state other than READY
// means: not known yet.
struct SpecInputs {
  const v1::Model* model = nullptr;
  // Parameter table and heads of `model`.
  const internal::v1::ModelFacts* facts = nullptr;
  const v1::Dataset* training = nullptr;
  const v1::Dataset* validation = nullptr;
  const v1::Dataset* test = nullptr;
  // Of a job that measures: the resolved spec of the job that made the model.
  const v1::JobSpec* origin = nullptr;
};

// Every problem that shows without the inputs: missing and malformed fields,
// values out of bounds, contradictions. Field paths begin with `prefix`
// ("job.spec").
std::vector<FieldViolation> CheckSpec(const v1::JobSpec& spec,
                                      const std::string& prefix);

// What the inputs say about a spec.
struct ResolvedSpec {
  // Every default filled in that can be told; all of them once `unchecked` is
  // empty.
  v1::JobSpec spec;
  // Problems: unknown column, too many classes, a layer that does not exist.
  std::vector<FieldViolation> violations;
  // What the first of them is called (UNKNOWN_COLUMN, TASK_NOT_SUPPORTED, ...);
  // UNSPECIFIED without any.
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  // What could not be checked, because an input is not READY; one sentence
  // each.
  std::vector<std::string> unchecked;
};

// `spec` has passed CheckSpec. Inputs in state FAILED are the caller's affair.
ResolvedSpec ResolveSpec(const v1::JobSpec& spec, const SpecInputs& inputs,
                         const std::string& prefix);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_RESOLVE_SPEC_H_
