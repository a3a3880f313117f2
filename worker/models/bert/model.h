#ifndef TUNESMITH_WORKER_MODELS_BERT_MODEL_H_
#define TUNESMITH_WORKER_MODELS_BERT_MODEL_H_

#include <vector>

#include "worker/models/bert/config.h"
#include "worker/models/layers.h"
#include "worker/models/text_encoder.h"

// BERT (arXiv:1810.04805) with post-layer normalisation. Modules are named so
// that parameters have the names of transformers' BertModel.
// Axes: B sequences, L tokens, W width, H heads, D = W / H.

namespace tunesmith::worker {

// How a block of the network runs in this pass.
struct BertPass {
  const TokenBatch& batch;
  const ForwardContext& context;
  // Whether dropout is on in this block.
  bool dropout = false;

  double Rate(double probability) const { return dropout ? probability : 0; }
};

struct BertEmbeddingsImpl : torch::nn::Module {
  BertEmbeddingsImpl(const BertConfig& config,
                     const at::TensorOptions& options);
  at::Tensor forward(const BertPass& pass);

  double dropout;
  Embedding word_embeddings{nullptr}, position_embeddings{nullptr},
      token_type_embeddings{nullptr};
  LayerNorm layer_norm{nullptr};
};
TORCH_MODULE(BertEmbeddings);

struct BertSelfAttentionImpl : torch::nn::Module {
  BertSelfAttentionImpl(const BertConfig& config,
                        const at::TensorOptions& options);
  at::Tensor forward(const at::Tensor& x_BLW, const BertPass& pass,
                     int64_t site);

  int64_t head_count;
  double dropout;
  Linear query{nullptr}, key{nullptr}, value{nullptr};
};
TORCH_MODULE(BertSelfAttention);

// Projects back to the network's width, adds the residual, normalises.
struct BertOutputImpl : torch::nn::Module {
  BertOutputImpl(int64_t in, const BertConfig& config,
                 const at::TensorOptions& options);
  at::Tensor forward(const at::Tensor& x, const at::Tensor& residual_BLW,
                     const BertPass& pass, int64_t site);

  double dropout;
  Linear dense{nullptr};
  LayerNorm layer_norm{nullptr};
};
TORCH_MODULE(BertOutput);

struct BertAttentionImpl : torch::nn::Module {
  BertAttentionImpl(const BertConfig& config, const at::TensorOptions& options);
  at::Tensor forward(const at::Tensor& x_BLW, const BertPass& pass,
                     int64_t site);

  BertSelfAttention self{nullptr};
  BertOutput output{nullptr};
};
TORCH_MODULE(BertAttention);

struct BertIntermediateImpl : torch::nn::Module {
  BertIntermediateImpl(const BertConfig& config,
                       const at::TensorOptions& options);
  at::Tensor forward(const at::Tensor& x_BLW);

  Activation activation;
  Linear dense{nullptr};
};
TORCH_MODULE(BertIntermediate);

struct BertLayerImpl : torch::nn::Module {
  BertLayerImpl(const BertConfig& config, int64_t index,
                const at::TensorOptions& options);
  at::Tensor forward(const at::Tensor& x_BLW, const BertPass& pass);

  int64_t index;
  BertAttention attention{nullptr};
  BertIntermediate intermediate{nullptr};
  BertOutput output{nullptr};
};
TORCH_MODULE(BertLayer);

// The first token's vector through one more layer.
struct BertPoolerImpl : torch::nn::Module {
  BertPoolerImpl(const BertConfig& config, const at::TensorOptions& options);
  at::Tensor forward(const at::Tensor& x_BLW);

  Linear dense{nullptr};
};
TORCH_MODULE(BertPooler);

class BertModel : public TextEncoder {
 public:
  BertModel(const BertConfig& config, const at::TensorOptions& options);

  const TextEncoderFacts& facts() const override { return facts_; }
  at::Tensor forward(const TokenBatch& batch,
                     const ForwardContext& context) override;

 private:
  TextEncoderFacts facts_;
  BertEmbeddings embeddings_{nullptr};
  std::vector<BertLayer> layers_;
  BertPooler pooler_{nullptr};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_BERT_MODEL_H_
