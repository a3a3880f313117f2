#ifndef TUNESMITH_SERVER_LIFECYCLE_MODEL_FACTS_H_
#define TUNESMITH_SERVER_LIFECYCLE_MODEL_FACTS_H_

#include "absl/status/status.h"
#include "server/store/store.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/job.pb.h"
#include "tunesmith/v1/model.pb.h"

namespace tunesmith::server {

// Takes over what reading the files told: every output-only field that
// describes the network, and no other.
void CopyModelFacts(const v1::Model& facts, v1::Model& model);

// Inserts the model that a job made, READY, under `uid`; its id is the job's,
// with a number where that is taken. Sets the job's `output_model`.
absl::Status InsertOutputModel(Transaction& tx, const std::string& uid,
                               const internal::v1::TrainResult& result,
                               v1::Job& job);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_MODEL_FACTS_H_
