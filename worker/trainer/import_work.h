#ifndef TUNESMITH_WORKER_TRAINER_IMPORT_WORK_H_
#define TUNESMITH_WORKER_TRAINER_IMPORT_WORK_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/models/description.h"
#include "worker/trainer/work_context.h"

namespace tunesmith::worker {

// Checks that a model directory can be trained from: weights, to the last
// number, config and tokenizer. (Jobs rely on it: their artifact has the digest
// of what was looked at.) Errors of DescribeModel, CheckWeightsAreFinite,
// ReadTokenizerFiles, Tokenizer::Parse and VerifiedArtifact; BAD_TOKENIZER also
// when tokenizer and network do not belong together.
absl::StatusOr<internal::v1::Outcome> DoImportWork(
    const internal::v1::ImportWork& work, const WorkContext& context);

// Rows of the network's word embeddings; 0 when it has none.
int64_t VocabularySize(const ModelDescription& description);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_IMPORT_WORK_H_
