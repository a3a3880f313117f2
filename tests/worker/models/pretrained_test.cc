#include "worker/models/pretrained.h"

#include <cmath>
#include <map>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/from_blob.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/models/model_files.h"
#include "worker/models/family_list.h"
#include "worker/models/head_reuse.h"
#include "worker/models/text_encoder.h"

namespace tunesmith::worker {
namespace {

using Labels = std::vector<std::string>;

std::unique_ptr<PretrainedModel> Open(const std::string& directory) {
  auto model = PretrainedModel::Open(directory);
  EXPECT_TRUE(model.ok()) << model.status();
  return *std::move(model);
}

std::shared_ptr<TextEncoder> Load(const PretrainedModel& model,
                                  std::optional<double> dropout = {}) {
  return std::dynamic_pointer_cast<TextEncoder>(
      *model.LoadEncoder(at::kCPU, dropout, 42));
}

TokenBatch Batch(const std::vector<std::vector<int32_t>>& rows) {
  std::vector<std::span<const int32_t>> spans(rows.begin(), rows.end());
  return MakeTokenBatch(spans, 0, Upload(at::kCPU));
}

TEST(PretrainedModelTest, HalfPrecisionWeightsAreConverted) {
  for (auto [type, scalar] : {std::pair(TensorType::kF16, at::kHalf),
                              std::pair(TensorType::kBF16, at::kBFloat16)}) {
    ModelFiles files = ModelFiles::Read(TinyBertDirectory());
    for (ModelFiles::Tensor& tensor : files.tensors) {
      at::Tensor narrow =
          at::from_blob(tensor.bytes.data(), tensor.shape, at::kFloat)
              .to(scalar);
      tensor.bytes.assign(static_cast<const char*>(narrow.const_data_ptr()),
                          narrow.nbytes());
      tensor.type = type;
    }
    ScratchDirectory directory;
    files.WriteTo(directory);
    auto narrow = Load(*Open(directory.path()))->named_parameters();
    auto wide = Load(*Open(TinyBertDirectory()))->named_parameters();
    for (const auto& item : wide) {
      ASSERT_EQ(narrow[item.key()].scalar_type(), at::kFloat);
      EXPECT_TRUE(
          narrow[item.key()].equal(item.value().to(scalar).to(at::kFloat)))
          << item.key();
    }
  }
}

// Tensors of one byte push the others off their alignment.
TEST(PretrainedModelTest, UnalignedTensorsAreRead) {
  ModelFiles files = ModelFiles::Read(TinyBertDirectory());
  files.tensors.push_back({"aaa.flag", TensorType::kU8, {1}, "x"});
  ScratchDirectory directory;
  files.WriteTo(directory);
  auto odd = Load(*Open(directory.path()))->parameters();
  auto even = Load(*Open(TinyBertDirectory()))->parameters();
  for (size_t i = 0; i < even.size(); ++i) EXPECT_TRUE(odd[i].equal(even[i]));
}

TEST(PretrainedModelTest, HeadIsKeptForTheSameLabelsInWhateverOrder) {
  auto model = Open(TinyBertDirectory());
  auto encoder = Load(*model);
  auto head = [&](const Labels& labels) {
    return model->LoadHead(*encoder, labels, at::kCPU, 42);
  };
  Head kept = head({"no", "perhaps", "yes"});
  EXPECT_GT(kept->weight.abs().max().item<float>(), 0.2f);
  Head turned = head({"yes", "no", "perhaps"});
  for (const auto& [a, b] : {std::pair(turned->weight, kept->weight),
                             std::pair(turned->bias, kept->bias)}) {
    EXPECT_TRUE(a[0].equal(b[2]));
    EXPECT_TRUE(a[1].equal(b[0]));
    EXPECT_TRUE(a[2].equal(b[1]));
  }
  EXPECT_TRUE(head({" YES", "No", "Perhaps "})->weight.equal(turned->weight));
  EXPECT_LT(head({"no", "yes", "other"})->weight.abs().max().item<float>(),
            0.2f);
  EXPECT_EQ(head({"a", "b"})->weight.size(0), 2);
}

TEST(PretrainedModelTest, WeightsThatAreNoNumbersAreNamed) {
  EXPECT_TRUE(Open(TinyBertDirectory())->CheckFinite(2).ok());
  for (const char* name :
       {"bert.encoder.layer.1.output.dense.weight", "classifier.bias"}) {
    ModelFiles files = ModelFiles::Read(TinyBertDirectory());
    ModelFiles::Tensor& tensor = files.Find(name);
    const float nan = std::nanf("");
    tensor.bytes.replace(4, 4, reinterpret_cast<const char*>(&nan), 4);
    ScratchDirectory directory;
    files.WriteTo(directory);
    absl::Status status = Open(directory.path())->CheckFinite(2);
    EXPECT_EQ(ReasonOf(status), "WEIGHTS_NOT_FINITE") << status;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(name));
  }
}

TEST(PretrainedModelTest, AModuleAroundTheNetworkIsLeftOff) {
  for (const char* wrapper : {"module.", "model.", "_orig_mod.module."}) {
    ModelFiles files = ModelFiles::Read(TinyBertDirectory());
    for (ModelFiles::Tensor& tensor : files.tensors) {
      tensor.name = wrapper + tensor.name;
    }
    ScratchDirectory directory;
    files.WriteTo(directory);
    auto model = Open(directory.path());
    ASSERT_EQ(model->description().notes.size(), 1u);
    EXPECT_THAT(model->description().notes[0].message,
                ::testing::HasSubstr(wrapper));
    EXPECT_EQ(model->description().head_labels,
              Labels({"no", "perhaps", "yes"}));
  }
}

// Who made the head said what it is for.
TEST(PretrainedModelTest, HeadsForOtherTasksAreNotGoneOnFrom) {
  const std::vector<std::pair<nlohmann::json, const char*>> cases = {
      {{{"problem_type", "multi_label_classification"}}, "multi_label"},
      {{{"problem_type", "regression"}}, "regression"},
      {{{"architectures", {"BertForTokenClassification"}}},
       "BertForTokenClassification"},
      {{{"id2label", {{"0", "no"}, {"1", "yes"}}}}, "3 outputs"}};
  for (const auto& [change, cause] : cases) {
    ModelFiles files = ModelFiles::Read(TinyBertDirectory());
    files.config.update(change);
    ScratchDirectory directory;
    files.WriteTo(directory);
    auto model = Open(directory.path());
    EXPECT_TRUE(model->description().head_labels.empty());
    ASSERT_EQ(model->description().notes.size(), 1u);
    EXPECT_EQ(model->description().notes[0].kind,
              ModelNote::Kind::kHeadChanged);
    EXPECT_THAT(model->description().notes[0].message,
                ::testing::HasSubstr(cause));
    HeadReuse reuse = ReuseHead(model->description(), {"no", "perhaps", "yes"});
    EXPECT_TRUE(reuse.rows.empty());
    EXPECT_THAT(reuse.remark, ::testing::HasSubstr(cause));
  }
}

TEST(ReuseHeadTest, SaysWhatBecomesOfTheHeadAndWhy) {
  ModelDescription base;
  EXPECT_EQ(ReuseHead(base, {"a", "b"}).remark, "");
  base.head_labels = {"POSITIVE", "NEGATIVE"};
  EXPECT_EQ(ReuseHead(base, {"POSITIVE", "NEGATIVE"}).remark, "");
  HeadReuse turned = ReuseHead(base, {"negative", "positive"});
  EXPECT_EQ(turned.rows, std::vector<int64_t>({1, 0}));
  EXPECT_THAT(turned.remark, ::testing::HasSubstr("kept"));
  HeadReuse other = ReuseHead(base, {"negative", "neutral"});
  EXPECT_TRUE(other.rows.empty());
  EXPECT_THAT(other.remark, ::testing::HasSubstr("neutral"));
  HeadReuse more = ReuseHead(base, {"negative", "neutral", "positive"});
  EXPECT_TRUE(more.rows.empty());
  EXPECT_THAT(more.remark, ::testing::HasSubstr("has 2 labels"));
  // Two that become one stand for neither.
  base.head_labels = {"a", "A"};
  EXPECT_TRUE(ReuseHead(base, {"a", "b"}).rows.empty());
  EXPECT_EQ(ReuseHead(base, {"A", "a"}).rows, std::vector<int64_t>({1, 0}));
  EXPECT_TRUE(ReuseHead(base, {"a ", "A "}).rows.empty());
}

TEST(PretrainedModelTest, NewHeadFollowsFromTheSeed) {
  auto model = Open(TinyBertDirectory());
  auto encoder = Load(*model);
  auto head = [&](int64_t seed) {
    return model->LoadHead(*encoder, Labels(500, "x"), at::kCPU, seed);
  };
  EXPECT_TRUE(head(1)->weight.equal(head(1)->weight));
  EXPECT_FALSE(head(1)->weight.equal(head(2)->weight));
  EXPECT_NEAR(head(1)->weight.std().item<double>(), 0.02, 0.001);
  EXPECT_EQ(head(1)->bias.abs().max().item<float>(), 0);
}

TEST(PretrainedModelTest, NewPoolerFollowsFromTheSeed) {
  ModelFiles files = ModelFiles::Read(TinyBertDirectory());
  files.Remove("bert.pooler.dense.weight");
  files.Remove("bert.pooler.dense.bias");
  ScratchDirectory directory;
  files.WriteTo(directory);
  auto model = Open(directory.path());
  at::Tensor pooler = Load(*model)->named_parameters()["pooler.dense.weight"];
  EXPECT_NEAR(pooler.std().item<double>(), 0.02, 0.005);
  EXPECT_TRUE(
      pooler.equal(Load(*model)->named_parameters()["pooler.dense.weight"]));
}

TEST(BertModelTest, PaddingChangesNothing) {
  auto encoder = Load(*Open(TinyBertDirectory()));
  at::NoGradGuard no_gradients;
  at::Tensor together =
      encoder->forward(Batch({{3, 4, 5, 6, 7, 8}, {9, 10}}), {});
  at::Tensor alone = encoder->forward(Batch({{9, 10}}), {});
  EXPECT_TRUE(together[1].allclose(alone[0], 1e-5, 1e-5));
}

TEST(BertModelTest, DropoutFollowsFromSeedAndStep) {
  auto encoder = Load(*Open(TinyBertDirectory()), 0.3);
  TokenBatch batch = Batch({{3, 4, 5}, {9, 10}});
  auto run = [&](bool training, int64_t seed, int64_t step) {
    return encoder->forward(batch,
                            {.training = training, .seed = seed, .step = step});
  };
  EXPECT_TRUE(run(true, 1, 1).equal(run(true, 1, 1)));
  EXPECT_FALSE(run(true, 1, 1).equal(run(true, 1, 2)));
  EXPECT_FALSE(run(true, 1, 1).equal(run(true, 2, 1)));
  EXPECT_TRUE(run(false, 1, 1).equal(run(false, 2, 2)));
}

TEST(BertModelTest, FrozenPrefixHasNoDropoutAndNoGraph) {
  auto encoder = Load(*Open(TinyBertDirectory()), 0.3);
  TokenBatch batch = Batch({{3, 4, 5}, {9, 10}});
  ForwardContext training{.training = true, .seed = 1, .step = 1};
  for (at::Tensor& parameter : encoder->parameters()) {
    parameter.requires_grad_(false);
  }
  at::Tensor frozen = encoder->forward(batch, training);
  EXPECT_TRUE(frozen.equal(encoder->forward(batch, {})));
  EXPECT_FALSE(frozen.requires_grad());

  // With the last layer trainable, its dropout alone is on.
  for (auto& item : encoder->named_parameters()) {
    item.value().requires_grad_(item.key().find("layer.1.") !=
                                std::string::npos);
  }
  at::Tensor partly = encoder->forward(batch, training);
  EXPECT_FALSE(partly.equal(encoder->forward(batch, {})));
  partly.sum().backward();
  for (const auto& item : encoder->named_parameters()) {
    EXPECT_EQ(item.value().grad().defined(), item.value().requires_grad())
        << item.key();
  }
}

TEST(FindModelFamilyTest, UnknownFamilyNamesTheKnownOnes) {
  auto family = FindModelFamily({{"model_type", "gpt9"}});
  EXPECT_THAT(
      std::string(family.status().message()),
      testing::AllOf(testing::HasSubstr("gpt9"), testing::HasSubstr("bert")));
}

}  // namespace
}  // namespace tunesmith::worker
