#ifndef TUNESMITH_WORKER_MODELS_BERT_SENTENCE_ENCODER_H_
#define TUNESMITH_WORKER_MODELS_BERT_SENTENCE_ENCODER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// BERTs that were trained to encode sentences (sentence-transformers). They
// take the mean over the states of all tokens, or the first token's, and never
// trained their pooler: tanh of a linear layer on the first token's state,
// which is all that BertForSequenceClassification looks at. Where nothing below
// the head trains, a classifier on it learns hardly anything.

namespace tunesmith::worker {

enum class SentencePooling {
  // The directory says nothing of one.
  kNone,
  kFirstToken,
  // Or another one, which the mean comes closest to.
  kMean,
};

// What modules.json and the configuration of its pooling module say.
// INVALID_ARGUMENT with reason UNSUPPORTED_MODEL when they cannot be read.
absl::StatusOr<SentencePooling> ReadSentencePooling(
    const std::string& directory);

// Writes into the empty directory `to` the BERT of `from`, so that the standard
// class's pooler gives tanh(x / 2), which is close to x / 2. For the first
// token x is its state; for the mean it is that of all tokens' states,
// normalised to mean 0 and deviation 1.
//
// The pooler becomes the identity times 1/2. For the mean, a last layer is
// added: attention with queries and keys of 0 looks at all tokens alike, values
// pass through and are multiplied until the residual of the first token is a
// thousandth of them, and the feed-forward part adds nothing. Weights alone do
// that, so whoever loads a BERT loads this one.
//
// Files that are no weights are links to those of `from`. Errors of
// PretrainedModel::Open and FileWriter.
absl::Status WriteSentenceEncoder(const std::string& from,
                                  SentencePooling pooling,
                                  const std::string& to);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_BERT_SENTENCE_ENCODER_H_
