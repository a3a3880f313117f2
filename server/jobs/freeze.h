#ifndef TUNESMITH_SERVER_JOBS_FREEZE_H_
#define TUNESMITH_SERVER_JOBS_FREEZE_H_

#include <string>
#include <vector>

#include "proto/contract/error.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/job_service.pb.h"
#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::server {

// A policy applied to a network.
struct FreezeTable {
  // Network and head, from input to output; the head's shapes have the number
  // of labels filled in.
  std::vector<v1::ParameterFreeze> parameters;
  // A pattern that matches nothing, more layers than there are, nothing left
  // to train. The table is empty then.
  std::vector<FieldViolation> violations;
};

// Which parameters a policy freezes. Pure. The pooler counts as backbone, as
// it does in Hugging Face's `base_model`. Field paths begin with `prefix`
// ("job.spec.freeze").
FreezeTable ResolveFreeze(const v1::FreezePolicy& policy,
                          const internal::v1::ModelFacts& facts,
                          v1::TaskType task, int label_count,
                          const std::string& prefix);

// Adds totals and the share of backward work that is left out.
v1::PreviewFreezeResponse SummarizeFreeze(const FreezeTable& table);

// Whether `pattern` (`*` any run of characters, `?` one) matches all of
// `name`, in time linear in the product of the lengths.
bool GlobMatches(const std::string& pattern, const std::string& name);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_FREEZE_H_
