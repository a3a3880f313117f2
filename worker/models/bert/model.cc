#include "worker/models/bert/model.h"

#include <algorithm>
#include <memory>
#include <string>

#include "ATen/TensorOperators.h"
#include "ATen/ops/tanh.h"
#include "absl/strings/str_cat.h"
#include "worker/kernels/attention.h"
#include "worker/kernels/dropout.h"
#include "worker/models/block_walk.h"

namespace tunesmith::worker {
namespace {

// Sites of dropout masks; their numbers are part of what a seed means.
constexpr int64_t kEmbeddingsSite = 0;
constexpr int64_t kSitesPerLayer = 3;

}  // namespace

BertEmbeddingsImpl::BertEmbeddingsImpl(const BertConfig& config,
                                       const at::TensorOptions& options)
    : dropout(config.hidden_dropout) {
  word_embeddings =
      register_module("word_embeddings",
                      Embedding(config.vocabulary_size, config.width, options));
  position_embeddings =
      register_module("position_embeddings",
                      Embedding(config.max_positions, config.width, options));
  token_type_embeddings =
      register_module("token_type_embeddings",
                      Embedding(config.type_count, config.width, options));
  layer_norm = register_module(
      "LayerNorm", LayerNorm(config.width, config.epsilon, options));
}

at::Tensor BertEmbeddingsImpl::forward(const BertPass& pass) {
  // Every token is of the first type: there is one text.
  at::Tensor x_BLW =
      word_embeddings(pass.batch.token_ids_BL) +
      token_type_embeddings->weight.select(0, 0) +
      position_embeddings->weight.narrow(0, 0, pass.batch.max_length());
  return Dropout(layer_norm(x_BLW), pass.Rate(dropout),
                 pass.context.Site(kEmbeddingsSite));
}

BertSelfAttentionImpl::BertSelfAttentionImpl(const BertConfig& config,
                                             const at::TensorOptions& options)
    : head_count(config.head_count), dropout(config.attention_dropout) {
  query = register_module("query", Linear(config.width, config.width, options));
  key = register_module("key", Linear(config.width, config.width, options));
  value = register_module("value", Linear(config.width, config.width, options));
}

at::Tensor BertSelfAttentionImpl::forward(const at::Tensor& x_BLW,
                                          const BertPass& pass, int64_t site) {
  auto heads = [&](const at::Tensor& y_BLW) {
    return y_BLW.view({y_BLW.size(0), y_BLW.size(1), head_count, -1})
        .transpose(1, 2);
  };
  return Attention(heads(query(x_BLW)), heads(key(x_BLW)), heads(value(x_BLW)),
                   pass.batch.lengths_B, pass.batch.padded(),
                   pass.Rate(dropout), pass.context.Site(site));
}

BertOutputImpl::BertOutputImpl(int64_t in, const BertConfig& config,
                               const at::TensorOptions& options)
    : dropout(config.hidden_dropout) {
  dense = register_module("dense", Linear(in, config.width, options));
  layer_norm = register_module(
      "LayerNorm", LayerNorm(config.width, config.epsilon, options));
}

at::Tensor BertOutputImpl::forward(const at::Tensor& x,
                                   const at::Tensor& residual_BLW,
                                   const BertPass& pass, int64_t site) {
  return layer_norm(DropoutAdd(dense(x), residual_BLW, pass.Rate(dropout),
                               pass.context.Site(site)));
}

BertAttentionImpl::BertAttentionImpl(const BertConfig& config,
                                     const at::TensorOptions& options) {
  self = register_module("self", BertSelfAttention(config, options));
  output = register_module("output", BertOutput(config.width, config, options));
}

at::Tensor BertAttentionImpl::forward(const at::Tensor& x_BLW,
                                      const BertPass& pass, int64_t site) {
  return output(self(x_BLW, pass, site), x_BLW, pass, site + 1);
}

BertIntermediateImpl::BertIntermediateImpl(const BertConfig& config,
                                           const at::TensorOptions& options)
    : activation(config.activation) {
  dense = register_module("dense",
                          Linear(config.width, config.inner_width, options));
}

at::Tensor BertIntermediateImpl::forward(const at::Tensor& x_BLW) {
  return Activate(activation, dense(x_BLW));
}

BertLayerImpl::BertLayerImpl(const BertConfig& config, int64_t index,
                             const at::TensorOptions& options)
    : index(index) {
  attention = register_module("attention", BertAttention(config, options));
  intermediate =
      register_module("intermediate", BertIntermediate(config, options));
  output = register_module("output",
                           BertOutput(config.inner_width, config, options));
}

at::Tensor BertLayerImpl::forward(const at::Tensor& x_BLW,
                                  const BertPass& pass) {
  const int64_t site = kEmbeddingsSite + 1 + index * kSitesPerLayer;
  at::Tensor y_BLW = attention(x_BLW, pass, site);
  return output(intermediate(y_BLW), y_BLW, pass, site + 2);
}

BertPoolerImpl::BertPoolerImpl(const BertConfig& config,
                               const at::TensorOptions& options) {
  dense = register_module("dense", Linear(config.width, config.width, options));
}

at::Tensor BertPoolerImpl::forward(const at::Tensor& x_BLW) {
  return at::tanh(dense(x_BLW.select(1, 0)));
}

BertModel::BertModel(const BertConfig& config,
                     const at::TensorOptions& options) {
  facts_.width = config.width;
  facts_.head_dropout = config.head_dropout;
  facts_.dropout = config.hidden_dropout;
  facts_.initializer_range = config.initializer_range;
  facts_.vocabulary_size = config.vocabulary_size;
  facts_.max_sequence_length = config.max_positions;
  facts_.pad_token_id = config.pad_token_id;
  embeddings_ = register_module("embeddings", BertEmbeddings(config, options));
  auto list = std::make_shared<torch::nn::Module>();
  for (int64_t i = 0; i < config.layer_count; ++i) {
    layers_.push_back(list->register_module(std::to_string(i),
                                            BertLayer(config, i, options)));
    facts_.layer_paths.push_back(absl::StrCat("encoder.layer.", i));
  }
  auto encoder = std::make_shared<torch::nn::Module>();
  encoder->register_module("layer", list);
  register_module("encoder", encoder);
  pooler_ = register_module("pooler", BertPooler(config, options));
}

at::Tensor BertModel::forward(const TokenBatch& batch,
                              const ForwardContext& context) {
  at::Tensor x_BLW;
  {
    BlockWalk walk(context);
    BertPass pass{batch, context, walk.Enter(AnyTrains(*embeddings_))};
    x_BLW = embeddings_(pass);
    for (BertLayer& layer : layers_) {
      pass.dropout = walk.Enter(AnyTrains(*layer));
      x_BLW = layer(x_BLW, pass);
    }
  }
  return pooler_(x_BLW);
}

}  // namespace tunesmith::worker
