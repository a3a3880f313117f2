#include "worker/models/description.h"

#include <functional>
#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/models/model_files.h"

namespace tunesmith::worker {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const ParameterDescription& Find(const ModelDescription& description,
                                 const std::string& name) {
  for (const ParameterDescription& parameter : description.parameters) {
    if (parameter.name == name) return parameter;
  }
  ADD_FAILURE() << "no " << name;
  return description.parameters.front();
}

TEST(DescribeModelTest, TellsWhatADirectoryHolds) {
  auto d = DescribeModel(TinyBertDirectory());
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_EQ(d->family, "bert");
  EXPECT_EQ(d->parameters.size(), 39u);
  EXPECT_EQ(d->parameters.front().name,
            "bert.embeddings.word_embeddings.weight");
  EXPECT_EQ(d->parameters.back().name, "bert.pooler.dense.bias");
  const ParameterDescription& inner =
      Find(*d, "bert.encoder.layer.1.intermediate.dense.weight");
  EXPECT_THAT(inner.shape, ElementsAre(48, 24));
  EXPECT_EQ(inner.block, ParameterBlock::kLayer);
  EXPECT_EQ(inner.layer, 1);
  EXPECT_EQ(Find(*d, "bert.embeddings.LayerNorm.bias").block,
            ParameterBlock::kEmbeddings);
  EXPECT_EQ(Find(*d, "bert.pooler.dense.bias").block, ParameterBlock::kPooler);
  EXPECT_EQ(d->head[0].name, "classifier.weight");
  EXPECT_THAT(d->head[0].shape, ElementsAre(0, 24));
  EXPECT_EQ(d->dtype, "F32");
  EXPECT_EQ(d->max_sequence_length, 16);
  EXPECT_EQ(d->layer_count, 2);
  EXPECT_THAT(d->head_labels, ElementsAre("no", "perhaps", "yes"));
  EXPECT_THAT(d->ignored_tensors, IsEmpty());
  EXPECT_THAT(d->new_parameters, IsEmpty());
  int64_t expected = 42 * 24 + 16 * 24 + 48 + 24 * 24 + 24 +
                     2 * (4 * (24 * 24 + 24) + 2 * 24 * 48 + 48 + 24 + 96);
  EXPECT_EQ(d->parameter_count, expected);
}

TEST(DescribeModelTest, OldSpellingsMeanTheSame) {
  auto a = DescribeModel(TinyBertDirectory());
  auto b = DescribeModel(RenamedBertDirectory());
  ASSERT_TRUE(b.ok()) << b.status();
  EXPECT_EQ(a->parameter_count, b->parameter_count);
  EXPECT_EQ(b->parameters[0].name, "bert.embeddings.word_embeddings.weight");
  EXPECT_THAT(
      b->ignored_tensors,
      UnorderedElementsAre("embeddings.position_ids", "cls.predictions.bias"));
}

struct Change {
  std::string name;
  std::function<void(ModelFiles&)> apply;
  std::string reason;
  std::string message;
};

void PrintTo(const Change& change, std::ostream* out) { *out << change.name; }

class BadModelTest : public testing::TestWithParam<Change> {};

TEST_P(BadModelTest, IsRefusedWithReasonAndName) {
  ModelFiles files = ModelFiles::Read(TinyBertDirectory());
  GetParam().apply(files);
  ScratchDirectory directory;
  files.WriteTo(directory);
  absl::Status status = DescribeModel(directory.path()).status();
  EXPECT_EQ(ReasonOf(status), GetParam().reason) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

Change Config(const std::string& name, const std::string& key,
              nlohmann::json value, const std::string& message,
              const std::string& reason = "UNSUPPORTED_MODEL") {
  return {name, [=](ModelFiles& f) { f.config[key] = value; }, reason, message};
}

INSTANTIATE_TEST_SUITE_P(
    Models, BadModelTest,
    testing::Values(
        Config("OtherFamily", "model_type", "llama", "llama"),
        Config("FamilyNotText", "model_type", 5, "model_type"),
        Config("RelativePositions", "position_embedding_type", "relative_key",
               "relative_key"),
        Config("Decoder", "is_decoder", true, "is_decoder"),
        Config("UnknownActivation", "hidden_act", "prelu", "prelu"),
        Config("HeadsDoNotDivide", "num_attention_heads", 5, "multiple"),
        Config("NegativeWidth", "hidden_size", -1, "hidden_size"),
        Config("HugeWidth", "hidden_size", uint64_t{1} << 63, "hidden_size"),
        Config("WidthNotANumber", "hidden_size", "24", "hidden_size"),
        Config("HugeLayerCount", "num_hidden_layers", 1'000'000'000,
               "num_hidden_layers"),
        Config("DropoutOfOne", "hidden_dropout_prob", 1.0, "hidden_dropout"),
        Config("MoreLayersThanWeights", "num_hidden_layers", 3,
               "encoder.layer.2", "WEIGHT_NAME_MISMATCH"),
        Config("FewerLayersThanWeights", "num_hidden_layers", 1,
               "encoder.layer.1", "WEIGHT_NAME_MISMATCH"),
        Config("OtherWidth", "hidden_size", 48, "[24]",
               "WEIGHT_SHAPE_MISMATCH"),
        Config("OtherVocabulary", "vocab_size", 41,
               "bert.embeddings.word_embeddings.weight",
               "WEIGHT_SHAPE_MISMATCH"),
        Change{"MissingTensor",
               [](ModelFiles& f) {
                 f.Remove("bert.encoder.layer.0.output.dense.bias");
               },
               "WEIGHT_NAME_MISMATCH",
               "bert.encoder.layer.0.output.dense.bias"},
        Change{"TwoSpellingsOfOneTensor",
               [](ModelFiles& f) {
                 ModelFiles::Tensor twin =
                     f.Find("bert.embeddings.LayerNorm.bias");
                 twin.name = "bert.embeddings.LayerNorm.beta";
                 f.tensors.push_back(twin);
               },
               "WEIGHT_NAME_MISMATCH", "two tensors"},
        Change{"IntegerWeights",
               [](ModelFiles& f) {
                 f.Find("bert.pooler.dense.bias").type = TensorType::kI32;
               },
               "UNSUPPORTED_MODEL", "I32"}),
    [](const auto& info) { return info.param.name; });

TEST(DescribeModelTest, MissingFilesAreNamed) {
  ScratchDirectory directory;
  EXPECT_EQ(ReasonOf(DescribeModel(directory.path()).status()),
            "MODEL_FILE_MISSING");
  directory.Write("config.json", R"({"model_type":"bert"})");
  EXPECT_EQ(ReasonOf(DescribeModel(directory.path()).status()),
            "MODEL_FILE_MISSING");
  directory.Write("pytorch_model.bin", "x");
  EXPECT_EQ(ReasonOf(DescribeModel(directory.path()).status()),
            "PICKLE_WEIGHTS");
}

TEST(DescribeModelTest, HostileConfigsAreUnsupportedModels) {
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{\"model_type\""),
        std::string(100'000, '['), std::string(5 << 20, ' ') + "{}"}) {
    ScratchDirectory directory;
    directory.Write("config.json", text);
    EXPECT_EQ(ReasonOf(DescribeModel(directory.path()).status()),
              "UNSUPPORTED_MODEL");
  }
}

TEST(DescribeModelTest, MissingPoolerIsNew) {
  ModelFiles files = ModelFiles::Read(TinyBertDirectory());
  files.Remove("bert.pooler.dense.weight");
  files.Remove("bert.pooler.dense.bias");
  ScratchDirectory directory;
  files.WriteTo(directory);
  auto d = DescribeModel(directory.path());
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_THAT(d->new_parameters, ElementsAre("bert.pooler.dense.weight",
                                             "bert.pooler.dense.bias"));
}

TEST(DescribeModelTest, HeadThatDoesNotFitIsNoHead) {
  ModelFiles files = ModelFiles::Read(TinyBertDirectory());
  files.Remove("classifier.bias");
  ScratchDirectory directory;
  files.WriteTo(directory);
  auto d = DescribeModel(directory.path());
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_THAT(d->head_labels, IsEmpty());
  EXPECT_THAT(d->ignored_tensors, Contains("classifier.weight"));
}

}  // namespace
}  // namespace tunesmith::worker
