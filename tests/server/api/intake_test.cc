#include <fcntl.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

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
using ::testing::HasSubstr;
using ::testing::IsEmpty;
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
        fd.get(), config_, base_ + "/target",
        {max_bytes, "--max-model-bytes", [stop] { return stop; }});
  }

  std::vector<std::string> Copied() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(base_ + "/target")) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  std::string base_;
  std::optional<std::string> config_;
};

TEST_F(ModelDirectoryTest, CopiesAndCountsBytes) {
  absl::StatusOr<int64_t> copied = Copy(30);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(*copied, 30);
  EXPECT_THAT(Copied(), UnorderedElementsAre("config.json", "tokenizer.json",
                                             "model.safetensors"));
}

TEST_F(ModelDirectoryTest, KeepsWhatAnEncoderOfSentencesMakesOfItsTokens) {
  fs::create_directory(base_ + "/source/1_Pooling");
  std::ofstream(base_ + "/source/1_Pooling/config.json") << "{}";
  std::ofstream(base_ + "/source/1_Pooling/other.json") << "{}";
  fs::create_directory(base_ + "/source/2_Normalize");
  EXPECT_EQ(ErrorReasonOf(Copy(31).status()), v1::ERROR_REASON_TOO_LARGE);
  absl::StatusOr<int64_t> copied = Copy(32);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(*copied, 32);
  EXPECT_TRUE(fs::exists(base_ + "/target/1_Pooling/config.json"));
  EXPECT_FALSE(fs::exists(base_ + "/target/1_Pooling/other.json"));
  EXPECT_FALSE(fs::exists(base_ + "/target/2_Normalize"));
}

TEST_F(ModelDirectoryTest, APoolingThatIsALinkIsNotFollowed) {
  fs::create_directory_symlink("/etc", base_ + "/source/1_Pooling");
  absl::StatusOr<int64_t> copied = Copy(30);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_FALSE(fs::exists(base_ + "/target/1_Pooling"));
}

TEST_F(ModelDirectoryTest, WritesTheConfigThatTheRequestDescribes) {
  fs::remove(base_ + "/source/config.json");
  fs::remove(base_ + "/source/tokenizer.json");
  fs::rename(base_ + "/source/model.safetensors",
             base_ + "/source/squeezenet1_1-b8a52dc0.safetensors");
  config_ = "{\"architecture\": \"a\"}\n";
  EXPECT_EQ(ErrorReasonOf(Copy(29).status()), v1::ERROR_REASON_TOO_LARGE);
  EXPECT_THAT(Copied(), IsEmpty());
  absl::StatusOr<int64_t> copied = Copy(1000);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(*copied, 10 + static_cast<int64_t>(config_->size()));
  EXPECT_THAT(Copied(),
              UnorderedElementsAre("config.json", "model.safetensors"));
  std::ifstream written(base_ + "/target/config.json");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(written), {}), *config_);
}

TEST_F(ModelDirectoryTest, ADescriptionBesideAConfigIsRefused) {
  config_ = "{}";
  EXPECT_EQ(ErrorReasonOf(Copy(1000).status()), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_THAT(Copied(), IsEmpty());
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
