#include "server/api/model_files.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message());
}

TEST(SelectModelFilesTest, TakesWhatBelongsToTheModel) {
  absl::StatusOr<std::vector<ModelFile>> files = SelectModelFiles(
      {"config.json", "tokenizer.json", "model.safetensors", "vocab.txt",
       "spiece.model", "README.md", "LICENSE.txt", "pytorch_model.bin",
       "tf_model.h5", "notes.md", "train.py", ".gitattributes", ".cache.json",
       ".", ".."});
  ASSERT_TRUE(files.ok()) << files.status();
  std::vector<std::string> names;
  for (const ModelFile& file : *files) {
    names.push_back(file.name);
    EXPECT_EQ(file.kept_as, file.name);
  }
  EXPECT_THAT(names, ElementsAre("LICENSE.txt", "README.md", "config.json",
                                 "model.safetensors", "spiece.model",
                                 "tokenizer.json", "vocab.txt"));
}

TEST(SelectModelFilesTest, NetworksOfPicturesHaveNoTokenizer) {
  EXPECT_TRUE(SelectModelFiles({"config.json", "model.safetensors"}).ok());
}

TEST(SelectModelFilesTest, EveryMissingFileIsNamed) {
  absl::Status status = SelectModelFiles({"README.md"}).status();
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_MODEL_FILE_MISSING);
  EXPECT_THAT(MessageOf(status),
              AllOf(HasSubstr("config.json"), HasSubstr("model.safetensors")));
}

TEST(SelectModelFilesTest, WithoutAConfigTheDescriptionIsTheWayOut) {
  for (const char* weights : {"model.safetensors", "weights.h5"}) {
    absl::Status status = SelectModelFiles({weights}).status();
    EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_MODEL_FILE_MISSING);
    EXPECT_THAT(MessageOf(status), HasSubstr("`network`")) << weights;
  }
  absl::Status status = SelectModelFiles({"config.json"}).status();
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_MODEL_FILE_MISSING);
  EXPECT_THAT(MessageOf(status), Not(HasSubstr("`network`")));
}

TEST(SelectModelFilesTest, PickledWeightsAloneAreRefusedWithTheWayOut) {
  for (const char* weights : {"pytorch_model.bin", "model.pt", "tf_model.h5",
                              "model.onnx", "flax_model.msgpack"}) {
    absl::Status status =
        SelectModelFiles({"config.json", "tokenizer.json", weights}).status();
    EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_PICKLE_WEIGHTS);
    EXPECT_THAT(MessageOf(status),
                AllOf(HasSubstr(weights), HasSubstr("save_pretrained")));
  }
}

TEST(SelectFilesOfNetworkTest, TheOneFileOfWeightsGetsItsUsualName) {
  absl::StatusOr<std::vector<ModelFile>> files =
      SelectFilesOfNetwork({"resnet50-0676ba61.safetensors", "LICENSE"});
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(*files, ElementsAre(ModelFile{"LICENSE", "LICENSE"},
                                  ModelFile{"resnet50-0676ba61.safetensors",
                                            "model.safetensors"}));
  files = SelectFilesOfNetwork({"mobilenet_v2_no_top.h5", "README.md"});
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(*files,
              ElementsAre(ModelFile{"README.md", "README.md"},
                          ModelFile{"mobilenet_v2_no_top.h5", "model.h5"}));
}

TEST(SelectFilesOfNetworkTest, ShardsWithAnIndexKeepTheirNames) {
  absl::StatusOr<std::vector<ModelFile>> files = SelectFilesOfNetwork(
      {"a.safetensors", "b.safetensors", "model.safetensors.index.json"});
  ASSERT_TRUE(files.ok()) << files.status();
  for (const ModelFile& file : *files) EXPECT_EQ(file.kept_as, file.name);
}

TEST(SelectFilesOfNetworkTest, UnclearWeightsAreRefusedByName) {
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{"a.h5", "b.h5"},
        {"a.safetensors", "b.safetensors"},
        {"a.h5", "b.safetensors"},
        {"a.h5", "b.safetensors", "model.safetensors.index.json"}}) {
    absl::Status status = SelectFilesOfNetwork(names).status();
    EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_INVALID_FIELD);
    EXPECT_THAT(MessageOf(status),
                AllOf(HasSubstr(names[0]), HasSubstr(names[1])));
  }
}

TEST(SelectFilesOfNetworkTest, ADescriptionBesideAConfigIsRefused) {
  absl::Status status =
      SelectFilesOfNetwork({"config.json", "model.safetensors"}).status();
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_THAT(MessageOf(status), HasSubstr("network"));
}

TEST(SelectFilesOfNetworkTest, NoWeightsOrPickledOnesAreRefused) {
  EXPECT_EQ(ErrorReasonOf(SelectFilesOfNetwork({"README.md"}).status()),
            v1::ERROR_REASON_MODEL_FILE_MISSING);
  absl::Status status = SelectFilesOfNetwork({"resnet50.pth"}).status();
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_PICKLE_WEIGHTS);
  EXPECT_THAT(MessageOf(status), HasSubstr("weights_only"));
}

}  // namespace
}  // namespace tunesmith::server
