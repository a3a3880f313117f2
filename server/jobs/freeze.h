#ifndef TUNESMITH_SERVER_JOBS_FREEZE_H_
#define TUNESMITH_SERVER_JOBS_FREEZE_H_

#include <string>
#include <vector>

#include "proto/contract/error.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/job_service.pb.h"
#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::server {

// A policy applied to a network: what trains, when, and how fast.
struct FreezeTable {
  // Network and head, from input to output; the head's shapes have the number
  // of labels filled in.
  std::vector<v1::ParameterFreeze> parameters;
  // Repeated layers of the network.
  int layer_count = 0;
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

// Fills in each row's learning_rate_factor; a pattern that matches nothing is
// added to the violations. Pure.
void ResolveLearningRates(const v1::Hyperparameters& values,
                          const std::string& prefix, FreezeTable& table);

// Adds stages, totals and the share of backward work that is left out.
v1::PreviewFreezeResponse SummarizeFreeze(const FreezeTable& table);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_FREEZE_H_
