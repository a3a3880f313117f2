#include <fcntl.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/error.h"
#include "server/api/file_copy.h"
#include "server/api/model_intake.h"
#include "server/api/unique_fd.h"

namespace tunesmith::server {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

TEST(SafeFileNameTest, KeepsTheEndingAndNothingDangerous) {
  EXPECT_EQ(SafeFileName("train.csv"), "train.csv");
  EXPECT_EQ(SafeFileName("my data (1).csv"), "my_data__1_.csv");
  EXPECT_EQ(SafeFileName("../x"), "_._x");
  EXPECT_EQ(SafeFileName(".hidden"), "_hidden");
  EXPECT_EQ(SafeFileName(""), "data");
  EXPECT_NE(SafeFileName("manifest.json"), "manifest.json");
  std::string name =
      SafeFileName(absl::StrCat(std::string(300, 'x'), ".parquet"));
  EXPECT_LE(name.size(), 128u);
  EXPECT_TRUE(name.ends_with(".parquet"));
}

TEST(SelectModelFilesTest, TakesWhatBelongsToTheModel) {
  absl::StatusOr<std::vector<std::string>> files = SelectModelFiles(
      {"config.json", "tokenizer.json", "model.safetensors", "vocab.txt",
       "spiece.model", "README.md", "LICENSE.txt", "pytorch_model.bin",
       "notes.md", "train.py", ".gitattributes", ".cache.json", ".", ".."});
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(*files, ElementsAre("LICENSE.txt", "README.md", "config.json",
                                  "model.safetensors", "spiece.model",
                                  "tokenizer.json", "vocab.txt"));
}

TEST(SelectModelFilesTest, EveryMissingFileIsNamed) {
  absl::Status status = SelectModelFiles({"README.md"}).status();
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_MODEL_FILE_MISSING);
  for (const char* file :
       {"config.json", "tokenizer.json", "model.safetensors"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(file));
  }
}

TEST(SelectModelFilesTest, PickledWeightsAloneAreRefusedWithTheWayOut) {
  for (const char* weights : {"pytorch_model.bin", "model.pt", "tf_model.h5",
                              "model.onnx", "flax_model.msgpack"}) {
    absl::Status status =
        SelectModelFiles({"config.json", "tokenizer.json", weights}).status();
    EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_PICKLE_WEIGHTS);
    EXPECT_THAT(std::string(status.message()), HasSubstr(weights));
    EXPECT_THAT(std::string(status.message()), HasSubstr("save_pretrained"));
  }
}

class ModelDirectoryTest : public ::testing::Test {
 protected:
  ModelDirectoryTest() {
    std::string pattern = ::testing::TempDir() + "intake.XXXXXX";
    base_ = mkdtemp(pattern.data());
    fs::create_directories(base_ + "/source/sub.json");
    fs::create_directories(base_ + "/target");
    for (const char* name :
         {"config.json", "tokenizer.json", "model.safetensors"}) {
      std::ofstream(base_ + "/source/" + name) << "0123456789";
    }
    fs::remove(base_ + "/source/sub.json");
  }
  ~ModelDirectoryTest() override {
    std::error_code ignored;
    fs::remove_all(base_, ignored);
  }

  absl::StatusOr<int64_t> Copy(int64_t max_bytes, bool stop = false) {
    UniqueFd fd(open((base_ + "/source").c_str(), O_RDONLY | O_DIRECTORY));
    return CopyModelDirectory(
        fd.get(), base_ + "/target",
        {max_bytes, "--max-model-bytes", [stop] { return stop; }});
  }

  std::string base_;
};

TEST_F(ModelDirectoryTest, CopiesAndCountsBytes) {
  absl::StatusOr<int64_t> copied = Copy(30);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(*copied, 30);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(base_ + "/target")) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, UnorderedElementsAre("config.json", "tokenizer.json",
                                          "model.safetensors"));
}

TEST_F(ModelDirectoryTest, TooLargeNamesTheFlag) {
  absl::Status status = Copy(29).status();
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_TOO_LARGE);
  EXPECT_THAT(std::string(status.message()), HasSubstr("--max-model-bytes"));
  EXPECT_TRUE(fs::is_empty(base_ + "/target"));
}

TEST_F(ModelDirectoryTest, LinksAndDirectoriesAmongTheFilesAreRefused) {
  fs::create_symlink("/etc/passwd", base_ + "/source/vocab.txt");
  EXPECT_EQ(ErrorReasonOf(Copy(1000).status()),
            v1::ERROR_REASON_PATH_NOT_ALLOWED);
  fs::remove(base_ + "/source/vocab.txt");
  fs::create_directory(base_ + "/source/odd.json");
  EXPECT_EQ(ErrorReasonOf(Copy(1000).status()),
            v1::ERROR_REASON_PATH_NOT_ALLOWED);
}

TEST_F(ModelDirectoryTest, AStoppedCopyIsCancelledAndLeavesNoFile) {
  EXPECT_EQ(Copy(1000, /*stop=*/true).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_TRUE(fs::is_empty(base_ + "/target"));
}

}  // namespace
}  // namespace tunesmith::server
