#include "worker/trainer/import_work.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/printable.h"
#include "worker/tokenizer/tokenizer.h"
#include "worker/tokenizer/tokenizer_files.h"
#include "worker/trainer/wire_facts.h"

namespace tunesmith::worker {
namespace {

// A text that every tokenizer can encode, and the least that tasks ask for.
constexpr char kProbe[] = "Is this one of the words? 42";
constexpr int kProbeLength = 8;
// Tokens beyond the network's that are tried.
constexpr size_t kMostTokens = 10'000;

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

// Tokens of a tokenizer.json whose ids the network has no embedding for.
std::vector<std::string> TokensBeyond(const nlohmann::json& tokenizer,
                                      int64_t vocabulary_size) {
  std::vector<std::string> tokens;
  auto take = [&](const std::string& token, const nlohmann::json& id) {
    if (id.is_number_integer() && id.get<int64_t>() >= vocabulary_size &&
        tokens.size() < kMostTokens) {
      tokens.push_back(token);
    }
  };
  const nlohmann::json none = nlohmann::json::object();
  const nlohmann::json& vocabulary =
      tokenizer.value("model", none).value("vocab", none);
  if (vocabulary.is_object()) {
    for (const auto& [token, id] : vocabulary.items()) take(token, id);
  }
  for (const nlohmann::json& token :
       tokenizer.value("added_tokens", nlohmann::json::array())) {
    take(token.value("content", ""), token.value("id", none));
  }
  return tokens;
}

// A tokenizer may know more tokens than the network, as long as no text makes
// use of them; that is worth a remark, which is returned.
absl::StatusOr<std::string> LookAtTokensBeyond(const TokenizerFiles& files,
                                               const Tokenizer& tokenizer,
                                               int64_t vocabulary_size) {
  if (tokenizer.IdBound() <= vocabulary_size) return "";
  const std::vector<std::string> tokens =
      TokensBeyond(files.tokenizer, vocabulary_size);
  TUNESMITH_ASSIGN_OR_RETURN(
      EncodedTexts encoded,
      tokenizer.EncodeBatch(tokens, kProbeLength, /*threads=*/1));
  for (size_t i = 0; i < tokens.size(); ++i) {
    for (int32_t id : encoded.token_ids[i]) {
      if (id < vocabulary_size) continue;
      return BadTokenizer(absl::StrCat(
          "the tokenizer has the token ", Printable(tokens[i]), " with the id ",
          id, ", the network has embeddings for ", vocabulary_size,
          " ids: a text with it could not be read (after adding tokens, "
          "model.resize_token_embeddings(len(tokenizer)) and save both "
          "again)"));
    }
  }
  return absl::StrCat("the tokenizer knows ", tokenizer.IdBound(),
                      " ids, the network has embeddings for ", vocabulary_size);
}

// Whether the tokenizer fits the network; remarks about it.
absl::StatusOr<std::vector<TokenizerRemark>> LookAtTokenizer(
    const std::string& directory, const ModelDescription& description) {
  TUNESMITH_ASSIGN_OR_RETURN(TokenizerFiles files,
                             ReadTokenizerFiles(directory));
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<Tokenizer> tokenizer,
                             Tokenizer::Parse(files.tokenizer.dump()));
  const int64_t vocabulary_size = VocabularySize(description);
  TUNESMITH_RETURN_IF_ERROR(CheckTokenizer(*tokenizer, vocabulary_size));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string beyond,
      LookAtTokensBeyond(files, *tokenizer, vocabulary_size));
  std::vector<TokenizerRemark> remarks = std::move(files.remarks);
  if (!beyond.empty()) remarks.push_back({std::move(beyond), ""});
  return remarks;
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
  TUNESMITH_RETURN_IF_ERROR(CheckWeightsAreFinite(directory, context.threads));
  if (!description.image_input.has_value()) {
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<TokenizerRemark> remarks,
                               LookAtTokenizer(directory, description));
    for (TokenizerRemark& remark : remarks) {
      description.notes.push_back({ModelNote::Kind::kFilesDisagree,
                                   std::move(remark.message),
                                   std::move(remark.suggestion)});
    }
  }
  for (tunesmith::v1::Finding& finding : ModelFindings(description)) {
    context.reporter.Finding(std::move(finding));
  }
  internal::v1::Outcome outcome;
  *outcome.mutable_import()->mutable_model() = ToWire(description);
  return outcome;
}

}  // namespace tunesmith::worker
