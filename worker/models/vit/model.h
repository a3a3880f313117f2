#ifndef TUNESMITH_WORKER_MODELS_VIT_MODEL_H_
#define TUNESMITH_WORKER_MODELS_VIT_MODEL_H_

#include <cstdint>
#include <vector>

#include "worker/models/image_encoder.h"
#include "worker/models/image_layers.h"
#include "worker/models/layers.h"
#include "worker/models/vit/config.h"

// The vision transformer (arXiv:2010.11929) with pre-layer normalisation.
// Modules are named so that parameters have the names in files of transformers'
// ViTModel, without its pooler.
// Axes: B pictures, L tokens (a class token, then the patches row by row), W
// width, H heads, D = W / H.

namespace tunesmith::worker {

// How a block of the network runs in this pass.
struct VitPass {
  const ForwardContext& context;
  // How many tokens each picture has: [B] of int64.
  at::Tensor lengths_B;
  // Whether dropout is on in this block.
  bool dropout = false;

  double Rate(double probability) const { return dropout ? probability : 0; }
};

struct VitEmbeddingsImpl : torch::nn::Module {
  VitEmbeddingsImpl(const VitConfig& config, const at::TensorOptions& options);
  at::Tensor forward(const at::Tensor& images_BCHW, const VitPass& pass);

  double dropout;
  // [1, 1, W] and [1, L, W].
  at::Tensor cls_token, position_embeddings;
  Conv2d projection{nullptr};
};
TORCH_MODULE(VitEmbeddings);

struct VitLayerImpl : torch::nn::Module {
  VitLayerImpl(const VitConfig& config, int64_t index,
               const at::TensorOptions& options);
  // The first `result_count` tokens of its result, which look at all tokens.
  at::Tensor forward(const at::Tensor& x_BLW, const VitPass& pass,
                     int64_t result_count);

  int64_t head_count;
  double hidden_dropout, attention_dropout;
  Activation activation;
  // Of its first dropout mask.
  int64_t site;
  LayerNorm before{nullptr}, after{nullptr};
  Linear query{nullptr}, key{nullptr}, value{nullptr}, attended{nullptr},
      inner{nullptr}, outer{nullptr};

 private:
  at::Tensor Attend(const at::Tensor& x_BLW, const VitPass& pass,
                    int64_t result_count);
};
TORCH_MODULE(VitLayer);

class VitModel : public ImageEncoder {
 public:
  VitModel(const VitConfig& config, const ImageInputFacts& input,
           const at::TensorOptions& options);

  const ImageEncoderFacts& facts() const override { return facts_; }
  // Pictures have the config's size.
  at::Tensor forward(const at::Tensor& images_BCHW,
                     const ForwardContext& context) override;

 private:
  ImageEncoderFacts facts_;
  VitEmbeddings embeddings_{nullptr};
  std::vector<VitLayer> layers_;
  LayerNorm layernorm_{nullptr};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_VIT_MODEL_H_
