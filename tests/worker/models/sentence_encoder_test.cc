#include "worker/models/bert/sentence_encoder.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/allclose.h"
#include "ATen/ops/layer_norm.h"
#include "ATen/ops/stack.h"
#include "ATen/ops/tanh.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/models/model_files.h"
#include "worker/models/bert/model.h"
#include "worker/models/pretrained.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

constexpr char kModules[] =
    R"([{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])";

void Write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::shared_ptr<TextEncoder> Load(const std::string& directory) {
  auto model = PretrainedModel::Open(directory);
  EXPECT_TRUE(model.ok()) << model.status();
  auto encoder = (*model)->LoadEncoder(at::kCPU, /*dropout=*/0, /*seed=*/1);
  EXPECT_TRUE(encoder.ok()) << encoder.status();
  return std::dynamic_pointer_cast<TextEncoder>(*encoder);
}

TokenBatch Texts() {
  static const std::vector<std::vector<int32_t>> ids = {
      {1, 7, 30, 12, 2}, {1, 9, 2}, {1, 33, 8, 21, 5, 17, 2}};
  std::vector<std::span<const int32_t>> sequences(ids.begin(), ids.end());
  return MakeTokenBatch(sequences, /*pad_token_id=*/0, Upload(at::kCPU));
}

// The states of all tokens behind the last layer.
at::Tensor States(TextEncoder& encoder, const TokenBatch& batch) {
  const ForwardContext context;
  const BertPass pass{batch, context, /*dropout=*/false};
  at::Tensor x_BLW;
  for (const auto& child : encoder.named_children()) {
    if (auto* embeddings = child.value()->as<BertEmbeddingsImpl>()) {
      x_BLW = embeddings->forward(pass);
    }
  }
  for (const auto& module : encoder.named_modules()) {
    if (auto* layer = module.value()->as<BertLayerImpl>()) {
      x_BLW = layer->forward(x_BLW, pass);
    }
  }
  return x_BLW;
}

TEST(SentenceEncoderTest, TheStandardClassGivesTheMeanOverTokens) {
  at::NoGradGuard no_gradients;
  ScratchDirectory scratch;
  absl::Status status = WriteSentenceEncoder(
      TinyBertDirectory(), SentencePooling::kMean, scratch.path());
  ASSERT_TRUE(status.ok()) << status;
  const TokenBatch batch = Texts();
  const at::Tensor x_BLW = States(*Load(TinyBertDirectory()), batch);
  std::vector<at::Tensor> means;
  for (int64_t i = 0; i < batch.sequence_count(); ++i) {
    means.push_back(
        x_BLW[i].narrow(0, 0, batch.lengths[static_cast<size_t>(i)]).mean(0));
  }
  const at::Tensor mean_BW = at::stack(means);
  const at::Tensor expected =
      at::tanh(0.5 * at::layer_norm(mean_BW, {mean_BW.size(1)}, {}, {}, 1e-12));
  const at::Tensor actual = Load(scratch.path())->forward(batch, {});
  EXPECT_TRUE(at::allclose(actual, expected, /*rtol=*/0, /*atol=*/1e-2))
      << (actual - expected).abs().max();
}

TEST(SentenceEncoderTest, OrTheFirstTokensState) {
  at::NoGradGuard no_gradients;
  ScratchDirectory scratch;
  ASSERT_TRUE(WriteSentenceEncoder(TinyBertDirectory(),
                                   SentencePooling::kFirstToken, scratch.path())
                  .ok());
  const TokenBatch batch = Texts();
  const at::Tensor x_BLW = States(*Load(TinyBertDirectory()), batch);
  EXPECT_TRUE(at::allclose(Load(scratch.path())->forward(batch, {}),
                           at::tanh(0.5 * x_BLW.select(1, 0)), 1e-5, 1e-6));
}

TEST(SentenceEncoderTest, AllElseStaysAsItIs) {
  ScratchDirectory base;
  ScratchDirectory scratch;
  ModelFiles::Read(RenamedBertDirectory()).WriteTo(base);
  base.Write("tokenizer.json", "{}");
  ASSERT_TRUE(
      WriteSentenceEncoder(base.path(), SentencePooling::kMean, scratch.path())
          .ok());
  EXPECT_EQ(ReadBytes(scratch.File("tokenizer.json")), "{}");
  auto before = DescribeModel(base.path());
  auto after = DescribeModel(scratch.path());
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->layer_count, before->layer_count + 1);
  EXPECT_EQ(after->parameters.size(), before->parameters.size() + 16);
  EXPECT_THAT(after->new_parameters, ::testing::IsEmpty());
  ModelFiles old = ModelFiles::Read(base.path());
  ModelFiles made = ModelFiles::Read(scratch.path());
  for (const ModelFiles::Tensor& tensor : old.tensors) {
    if (tensor.name.find("pooler") != std::string::npos) continue;
    EXPECT_EQ(made.Find(tensor.name).bytes, tensor.bytes) << tensor.name;
  }
}

TEST(ReadSentencePoolingTest, IsWhatThePoolingModuleSays) {
  struct {
    const char* config;
    SentencePooling pooling;
  } cases[] = {
      {R"({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false})",
       SentencePooling::kMean},
      {R"({"pooling_mode_mean_tokens": false, "pooling_mode_cls_token": true})",
       SentencePooling::kFirstToken},
      {R"({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true})",
       SentencePooling::kMean},
      {R"({"pooling_mode_max_tokens": true})", SentencePooling::kMean},
      {R"({"pooling_mode": "cls"})", SentencePooling::kFirstToken},
      {R"({"pooling_mode": "mean"})", SentencePooling::kMean}};
  for (const auto& one : cases) {
    ScratchDirectory scratch;
    scratch.Write("modules.json", kModules);
    Write(scratch.File("1_Pooling/config.json"), one.config);
    auto pooling = ReadSentencePooling(scratch.path());
    ASSERT_TRUE(pooling.ok()) << pooling.status();
    EXPECT_EQ(*pooling, one.pooling) << one.config;
  }
}

TEST(ReadSentencePoolingTest, OtherModelsHaveNone) {
  ScratchDirectory scratch;
  EXPECT_EQ(*ReadSentencePooling(scratch.path()), SentencePooling::kNone);
  // Its configuration was lost on the way.
  scratch.Write("modules.json", kModules);
  EXPECT_EQ(*ReadSentencePooling(scratch.path()), SentencePooling::kNone);
  scratch.Write("modules.json", R"([{"type": "x.Pooling", "path": "../etc"}])");
  EXPECT_EQ(*ReadSentencePooling(scratch.path()), SentencePooling::kNone);
  scratch.Write("modules.json", R"([{"type": 7}])");
  EXPECT_EQ(ReasonOf(ReadSentencePooling(scratch.path()).status()),
            "UNSUPPORTED_MODEL");
  scratch.Write("modules.json", "{");
  EXPECT_EQ(ReasonOf(ReadSentencePooling(scratch.path()).status()),
            "UNSUPPORTED_MODEL");
}

}  // namespace
}  // namespace tunesmith::worker
