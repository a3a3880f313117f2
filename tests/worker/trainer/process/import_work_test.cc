#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/end_to_end/tiny_model.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/trainer/process/trainer_process.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ItemRun Import(const std::string& directory) {
  internal::v1::TrainerAssignment assignment;
  auto& model = *assignment.mutable_item()->mutable_import()->mutable_model();
  model.set_name("models/tiny");
  *model.mutable_artifact() = Stage(directory, "m1/1", assignment);
  return RunItem(assignment);
}

// Imports the tiny model after a change to its directory.
ItemRun ImportChanged(
    const std::function<void(const std::string& model)>& change) {
  ScratchDirectory scratch;
  std::string model = scratch.File("model");
  testing::WriteTinyModel(model);
  change(model);
  return Import(scratch.path());
}

std::string Bytes(const std::string& path) { return ReadBytes(path); }

void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(ImportWorkTest, TellsWhatATinyModelIs) {
  ItemRun run = ImportChanged([](const std::string&) {});
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  const internal::v1::ModelFacts& facts = run.outcome.import().model();
  EXPECT_EQ(facts.model().family(), "bert");
  EXPECT_EQ(facts.model().layer_count(), 2);
  EXPECT_EQ(facts.model().max_sequence_length(), 64);
  EXPECT_EQ(facts.model().dtype(), "F32");
  EXPECT_DOUBLE_EQ(facts.model().dropout(), 0.1);
  EXPECT_THAT(facts.model().tasks(), ElementsAre(v1::TEXT_CLASSIFICATION));
  EXPECT_EQ(facts.parameters_size(), 5 + 2 * 16 + 2);
  ASSERT_EQ(facts.heads_size(), 1);
  EXPECT_EQ(facts.heads(0).parameters_size(), 2);
}

TEST(ImportWorkTest, BadDirectoriesAreRefusedByCause) {
  struct {
    const char* reason;
    std::function<void(const std::string&)> change;
  } cases[] = {
      {"BAD_TOKENIZER",
       [](const std::string& model) {
         std::filesystem::remove(model + "/tokenizer.json");
       }},
      {"BAD_TOKENIZER",
       [](const std::string& model) {
         WriteBytes(model + "/tokenizer.json", "{\"version\":");
       }},
      {"MODEL_FILE_MISSING",
       [](const std::string& model) {
         std::filesystem::remove(model + "/model.safetensors");
       }},
      {"PICKLE_WEIGHTS",
       [](const std::string& model) {
         std::filesystem::rename(model + "/model.safetensors",
                                 model + "/pytorch_model.bin");
       }},
      {"CORRUPT_WEIGHTS",
       [](const std::string& model) {
         std::string path = model + "/model.safetensors";
         std::filesystem::resize_file(path,
                                      std::filesystem::file_size(path) - 100);
       }},
      {"CORRUPT_WEIGHTS",
       [](const std::string& model) {
         std::string path = model + "/model.safetensors";
         WriteBytes(path,
                    "\xff\xff\xff\xff\xff\xff\xff\x7f" + Bytes(path).substr(8));
       }},
      {"WEIGHT_SHAPE_MISMATCH",
       [](const std::string& model) {
         auto config = nlohmann::json::parse(Bytes(model + "/config.json"));
         config["intermediate_size"] = 65;
         WriteBytes(model + "/config.json", config.dump());
       }},
      {"WEIGHT_NAME_MISMATCH",
       [](const std::string& model) {
         auto config = nlohmann::json::parse(Bytes(model + "/config.json"));
         config["num_hidden_layers"] = 3;
         WriteBytes(model + "/config.json", config.dump());
       }},
      {"UNSUPPORTED_MODEL",
       [](const std::string& model) {
         WriteBytes(model + "/config.json", "{\"model_type\": \"nonsense\"}");
       }},
  };
  for (const auto& one : cases) {
    ItemRun run = ImportChanged(one.change);
    EXPECT_EQ(run.Reason(), one.reason) << run.outcome.error().message();
    EXPECT_FALSE(run.outcome.retryable());
    EXPECT_EQ(run.exit_code, 0);
  }
}

TEST(ImportWorkTest, ATextModelWithoutATokenizerNamesTheFile) {
  ItemRun run = ImportChanged([](const std::string& model) {
    std::filesystem::remove(model + "/tokenizer.json");
  });
  EXPECT_EQ(run.Reason(), "BAD_TOKENIZER");
  EXPECT_THAT(run.outcome.error().message(), HasSubstr("tokenizer.json"));
}

TEST(ImportWorkTest, KerasWeightsOfPicturesNeedNoTokenizer) {
  const char* root = std::getenv("TUNESMITH_TEST_DATA");
  const std::string weights =
      std::string(root == nullptr ? "" : root) +
      "/squeezenet1.1-imagenet-keras/"
      "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5";
  if (root == nullptr || !std::filesystem::exists(weights)) {
    GTEST_SKIP() << "needs the Keras SqueezeNet: set TUNESMITH_TEST_DATA";
  }
  ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.File("model"));
  std::filesystem::copy_file(weights, scratch.File("model") + "/model.h5");
  scratch.Write("model/config.json",
                R"({"architecture": "squeezenet1_1", "num_classes": 0,
                    "pretrained_cfg": {"input_size": [3, 224, 224]},
                    "resize_size": 240})");
  ItemRun run = Import(scratch.path());
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  const v1::Model& model = run.outcome.import().model().model();
  EXPECT_EQ(model.family(), "squeezenet");
  EXPECT_THAT(model.tasks(), ElementsAre(v1::IMAGE_CLASSIFICATION));
  EXPECT_EQ(model.parameter_count(), 722496);
  EXPECT_EQ(model.image_input().resize_size(), 240);
  EXPECT_EQ(model.image_input().channel_order(), v1::ImageInput::RGB);
  EXPECT_NEAR(model.image_input().mean(0), 123.68 / 255, 1e-9);
  // Keras' conventions, and the channels that were turned round.
  EXPECT_EQ(run.FindingsWith(v1::Finding::CONVERTED_WEIGHTS).size(), 2u);
  EXPECT_TRUE(run.FindingsWith(v1::Finding::IGNORED_TENSOR).empty());
}

TEST(ImportWorkTest, TokenizerOfALargerVocabularyIsRefused) {
  ItemRun run = ImportChanged([](const std::string& model) {
    auto tokenizer = nlohmann::json::parse(Bytes(model + "/tokenizer.json"));
    tokenizer["model"]["vocab"]["words"] = 5000;
    WriteBytes(model + "/tokenizer.json", tokenizer.dump());
  });
  EXPECT_EQ(run.Reason(), "BAD_TOKENIZER");
  EXPECT_THAT(run.outcome.error().message(), HasSubstr("5000"));
}

TEST(ImportWorkTest, ATokenThatATextCanHaveNeedsAnEmbedding) {
  ItemRun run = ImportChanged([](const std::string& model) {
    auto tokenizer = nlohmann::json::parse(Bytes(model + "/tokenizer.json"));
    nlohmann::json token = tokenizer["added_tokens"][0];
    token["id"] = tokenizer["model"]["vocab"].size();
    token["content"] = "<<order>>";
    tokenizer["added_tokens"].push_back(token);
    WriteBytes(model + "/tokenizer.json", tokenizer.dump());
  });
  EXPECT_EQ(run.Reason(), "BAD_TOKENIZER");
  EXPECT_THAT(run.outcome.error().message(),
              ::testing::AllOf(HasSubstr("<<order>>"),
                               HasSubstr("resize_token_embeddings")));
}

TEST(ImportWorkTest, FilesThatDisagreeAreAFinding) {
  ItemRun run = ImportChanged([](const std::string& model) {
    auto tokenizer = nlohmann::json::parse(Bytes(model + "/tokenizer.json"));
    tokenizer["normalizer"]["lowercase"] = false;
    WriteBytes(model + "/tokenizer.json", tokenizer.dump());
  });
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  auto findings = run.FindingsWith(v1::Finding::FILES_DISAGREE);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].message(), HasSubstr("normalizer"));
  EXPECT_THAT(findings[0].suggestion(), HasSubstr("PreTrainedTokenizerFast"));
}

TEST(ImportWorkTest, WeightsThatAreNoNumbersAreRefused) {
  ItemRun run = ImportChanged([](const std::string& model) {
    std::string bytes = Bytes(model + "/model.safetensors");
    // The last number of the last tensor.
    bytes.replace(bytes.size() - 4, 4, "\xff\xff\xff\x7f");
    WriteBytes(model + "/model.safetensors", bytes);
  });
  EXPECT_EQ(run.Reason(), "WEIGHTS_NOT_FINITE");
  EXPECT_THAT(run.outcome.error().message(), HasSubstr("tensor "));
}

TEST(ImportWorkTest, PointersOfGitLfsAreCalledThat) {
  for (const char* file :
       {"model.safetensors", "config.json", "tokenizer.json"}) {
    ItemRun run = ImportChanged([file](const std::string& model) {
      WriteBytes(model + "/" + file,
                 "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
    });
    EXPECT_NE(run.Reason(), "");
    EXPECT_THAT(run.outcome.error().message(),
                ::testing::AllOf(HasSubstr(file), HasSubstr("git lfs pull")));
  }
}

TEST(ImportWorkTest, DefaultModelIsTaken) {
  std::string source = TUNESMITH_DEFAULT_MODEL_DIR;
  if (!std::filesystem::exists(source + "/model.safetensors")) {
    GTEST_SKIP() << "the default model is not there: " << source;
  }
  ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.File("model"));
  for (const char* name :
       {"config.json", "tokenizer.json", "model.safetensors"}) {
    std::filesystem::copy_file(source + "/" + name,
                               scratch.File("model") + "/" + name);
  }
  ItemRun run = Import(scratch.path());
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  const v1::Model& model = run.outcome.import().model().model();
  EXPECT_EQ(model.family(), "bert");
  EXPECT_EQ(model.parameter_count(), 22713216);
  EXPECT_EQ(model.max_sequence_length(), 512);
  ASSERT_EQ(run.FindingsWith(v1::Finding::IGNORED_TENSOR).size(), 1u);
  EXPECT_THAT(run.FindingsWith(v1::Finding::IGNORED_TENSOR)[0].message(),
              HasSubstr("position_ids"));
}

}  // namespace
}  // namespace tunesmith::worker
