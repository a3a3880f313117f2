#include "worker/models/vit/model.h"

#include <memory>
#include <string>

#include "ATen/TensorOperators.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/full.h"
#include "absl/strings/str_cat.h"
#include "worker/kernels/attention.h"
#include "worker/kernels/dropout.h"
#include "worker/models/block_walk.h"
#include "worker/models/module_path.h"

namespace tunesmith::worker {
namespace {

// Sites of dropout masks; their numbers are part of what a seed means.
constexpr int64_t kEmbeddingsSite = 0;
constexpr int64_t kSitesPerLayer = 3;

}  // namespace

VitEmbeddingsImpl::VitEmbeddingsImpl(const VitConfig& config,
                                     const at::TensorOptions& options)
    : dropout(config.hidden_dropout) {
  const int64_t side = config.image_size / config.patch_size;
  cls_token =
      register_parameter("cls_token", at::empty({1, 1, config.width}, options));
  position_embeddings = register_parameter(
      "position_embeddings",
      at::empty({1, 1 + side * side, config.width}, options));
  const Conv2dShape patches{.in = 3,
                            .out = config.width,
                            .kernel = config.patch_size,
                            .stride = config.patch_size,
                            .padding = Padding::kNone,
                            .bias = true};
  projection = Conv2d(patches, options);
  RegisterAt(*this, "patch_embeddings.projection", projection.ptr());
}

at::Tensor VitEmbeddingsImpl::forward(const at::Tensor& images_BCHW,
                                      const VitPass& pass) {
  const at::Tensor patches_BLW =
      projection(images_BCHW).flatten(2).transpose(1, 2);
  const at::Tensor tokens_BLW = at::cat(
      {cls_token.expand({patches_BLW.size(0), -1, -1}), patches_BLW}, 1);
  return Dropout(tokens_BLW + position_embeddings, pass.Rate(dropout),
                 pass.context.Site(kEmbeddingsSite));
}

VitLayerImpl::VitLayerImpl(const VitConfig& config, int64_t index,
                           const at::TensorOptions& options)
    : head_count(config.head_count),
      hidden_dropout(config.hidden_dropout),
      attention_dropout(config.attention_dropout),
      activation(config.activation),
      site(kEmbeddingsSite + 1 + index * kSitesPerLayer) {
  auto linear = [&](const std::string& path, int64_t in, int64_t out,
                    bool has_bias = true) {
    Linear module(in, out, options, has_bias);
    RegisterAt(*this, path, module.ptr());
    return module;
  };
  const int64_t width = config.width;
  before = register_module("layernorm_before",
                           LayerNorm(width, config.epsilon, options));
  const bool bias = config.attention_bias;
  query = linear("attention.attention.query", width, width, bias);
  key = linear("attention.attention.key", width, width, bias);
  value = linear("attention.attention.value", width, width, bias);
  attended = linear("attention.output.dense", width, width);
  after = register_module("layernorm_after",
                          LayerNorm(width, config.epsilon, options));
  inner = linear("intermediate.dense", width, config.inner_width);
  outer = linear("output.dense", config.inner_width, width);
}

at::Tensor VitLayerImpl::Attend(const at::Tensor& x_BLW, const VitPass& pass,
                                int64_t result_count) {
  auto heads = [&](const at::Tensor& y_BLW) {
    return y_BLW.view({y_BLW.size(0), y_BLW.size(1), head_count, -1})
        .transpose(1, 2);
  };
  return Attention(heads(query(x_BLW.narrow(1, 0, result_count))),
                   heads(key(x_BLW)), heads(value(x_BLW)), pass.lengths_B,
                   /*padded=*/false, pass.Rate(attention_dropout),
                   pass.context.Site(site));
}

at::Tensor VitLayerImpl::forward(const at::Tensor& x_BLW, const VitPass& pass,
                                 int64_t result_count) {
  const double rate = pass.Rate(hidden_dropout);
  const at::Tensor y_BLW = DropoutAdd(
      attended(Attend(before(x_BLW), pass, result_count)),
      x_BLW.narrow(1, 0, result_count), rate, pass.context.Site(site + 1));
  return DropoutAdd(outer(Activate(activation, inner(after(y_BLW)))), y_BLW,
                    rate, pass.context.Site(site + 2));
}

VitModel::VitModel(const VitConfig& config, const ImageInputFacts& input,
                   const at::TensorOptions& options) {
  facts_.width = config.width;
  facts_.head_dropout = config.head_dropout;
  facts_.dropout = config.hidden_dropout;
  facts_.initializer_range = config.initializer_range;
  facts_.input = input;
  embeddings_ = register_module("embeddings", VitEmbeddings(config, options));
  auto list = std::make_shared<torch::nn::Module>();
  for (int64_t i = 0; i < config.layer_count; ++i) {
    layers_.push_back(
        list->register_module(std::to_string(i), VitLayer(config, i, options)));
    facts_.layer_paths.push_back(absl::StrCat("encoder.layer.", i));
  }
  RegisterAt(*this, "encoder.layer", list);
  layernorm_ = register_module(
      "layernorm", LayerNorm(config.width, config.epsilon, options));
}

at::Tensor VitModel::forward(const at::Tensor& images_BCHW,
                             const ForwardContext& context) {
  at::Tensor x_BLW;
  {
    BlockWalk walk(context);
    VitPass pass{.context = context,
                 .lengths_B = at::full({images_BCHW.size(0)},
                                       embeddings_->position_embeddings.size(1),
                                       images_BCHW.options().dtype(at::kLong)),
                 .dropout = walk.Enter(AnyTrains(*embeddings_))};
    x_BLW = embeddings_(images_BCHW, pass);
    for (VitLayer& layer : layers_) {
      pass.dropout = walk.Enter(AnyTrains(*layer));
      // Nobody looks at the other tokens of the last layer.
      const bool last = layer.ptr() == layers_.back().ptr();
      x_BLW = layer(x_BLW, pass, last ? 1 : x_BLW.size(1));
    }
  }
  return layernorm_(x_BLW.select(1, 0));
}

}  // namespace tunesmith::worker
