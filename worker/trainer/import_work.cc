#include "worker/trainer/import_work.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/tokenizer/tokenizer.h"
#include "worker/trainer/wire_facts.h"

namespace tunesmith::worker {
namespace {

// A text that every tokenizer can encode, and the least that tasks ask for.
constexpr char kProbe[] = "Is this one of the words? 42";
constexpr int kProbeLength = 8;

absl::Status BadTokenizer(const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, "BAD_TOKENIZER",
                       message);
}

absl::Status CheckTokenizer(const Tokenizer& tokenizer,
                            int64_t vocabulary_size) {
  TUNESMITH_ASSIGN_OR_RETURN(
      EncodedTexts encoded,
      tokenizer.EncodeBatch({kProbe}, kProbeLength, /*threads=*/1));
  if (encoded.token_ids[0].empty()) {
    return BadTokenizer("the tokenizer gives no token for a text");
  }
  for (int32_t id : encoded.token_ids[0]) {
    if (id < vocabulary_size) continue;
    return BadTokenizer(absl::StrCat(
        "tokenizer.json gives ids that the network has no embedding for (do "
        "they belong together?); vocabulary of the network: ",
        vocabulary_size, ", id: ", id));
  }
  return absl::OkStatus();
}

// A tokenizer may know more tokens than the network, as long as no text makes
// use of them; that is worth a remark.
std::string VocabularyRemark(int32_t id_bound, int64_t vocabulary_size) {
  if (id_bound <= vocabulary_size) return "";
  return absl::StrCat("the tokenizer knows ", id_bound,
                      " ids, the network has embeddings for ", vocabulary_size);
}

// Whether the tokenizer fits the network; a remark about it, or nothing.
absl::StatusOr<std::string> LookAtTokenizer(
    const std::string& directory, const ModelDescription& description) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<Tokenizer> tokenizer,
                             Tokenizer::LoadFromModelDirectory(directory));
  const int64_t vocabulary_size = VocabularySize(description);
  TUNESMITH_RETURN_IF_ERROR(CheckTokenizer(*tokenizer, vocabulary_size));
  return VocabularyRemark(tokenizer->IdBound(), vocabulary_size);
}

}  // namespace

int64_t VocabularySize(const ModelDescription& description) {
  for (const ParameterDescription& parameter : description.parameters) {
    if (parameter.block == ParameterBlock::kEmbeddings &&
        absl::EndsWith(parameter.name, "word_embeddings.weight") &&
        !parameter.shape.empty()) {
      return parameter.shape[0];
    }
  }
  return 0;
}

absl::StatusOr<internal::v1::Outcome> DoImportWork(
    const internal::v1::ImportWork& work, const WorkContext& context) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string artifact,
      VerifiedArtifact(context.assignment, work.model().artifact()));
  std::string directory = artifact + "/model";
  TUNESMITH_ASSIGN_OR_RETURN(ModelDescription description,
                             DescribeModel(directory));
  std::string remark;
  if (!description.image_input.has_value()) {
    TUNESMITH_ASSIGN_OR_RETURN(remark, LookAtTokenizer(directory, description));
  }
  for (tunesmith::v1::Finding& finding : TensorFindings(description)) {
    context.reporter.Finding(std::move(finding));
  }
  internal::v1::Outcome outcome;
  internal::v1::ModelFacts& facts = *outcome.mutable_import()->mutable_model();
  facts = ToWire(description);
  if (!remark.empty()) facts.mutable_model()->add_notes(remark);
  return outcome;
}

}  // namespace tunesmith::worker
