#include "worker/formats/weight_files.h"

#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/scratch_directory.h"
#include "worker/formats/safetensors_writer.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;

constexpr char kIndex[] = "model.safetensors.index.json";
constexpr float kValue[] = {1.0f};

void WriteOne(const ScratchDirectory& directory, const std::string& file,
              const std::string& tensor) {
  ASSERT_TRUE(
      WriteSafetensors(
          directory.File(file),
          {{tensor, TensorType::kF32, {1}, std::as_bytes(std::span(kValue))}})
          .ok());
}

void ExpectReason(const ScratchDirectory& directory, const char* reason,
                  const char* message) {
  absl::Status status = WeightFiles::Open(directory.path()).status();
  EXPECT_EQ(ReasonOf(status), reason) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(message));
}

TEST(WeightFilesTest, ReadsShards) {
  ScratchDirectory directory;
  WriteOne(directory, "1.safetensors", "b");
  WriteOne(directory, "2.safetensors", "a");
  directory.Write(
      kIndex, R"({"weight_map":{"a":"2.safetensors","b":"1.safetensors"}})");
  auto files = WeightFiles::Open(directory.path());
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ((*files)->tensors().size(), 2u);
  EXPECT_EQ((*files)->tensors()[0].name, "a");
}

TEST(WeightFilesTest, MissingWeightsAndShardsAreNamed) {
  ScratchDirectory directory;
  ExpectReason(directory, "MODEL_FILE_MISSING", "model.safetensors");
  directory.Write(kIndex, R"({"weight_map":{"a":"2.safetensors"}})");
  ExpectReason(directory, "MODEL_FILE_MISSING", "2.safetensors");
}

TEST(WeightFilesTest, PickledWeightsAreRefusedWithAWayOut) {
  for (const char* name :
       {"pytorch_model.bin", "pytorch_model.bin.index.json", "resnet18.pth",
        "checkpoint.pth.tar", "last.ckpt", "weights.pt", "model.pkl"}) {
    ScratchDirectory directory;
    directory.Write(name, "x");
    ExpectReason(directory, "PICKLE_WEIGHTS", name);
    ExpectReason(directory, "PICKLE_WEIGHTS", "safe_serialization");
    ExpectReason(directory, "PICKLE_WEIGHTS", "state_dict");
  }
}

TEST(WeightFilesTest, APointerOfGitLfsIsCalledThat) {
  ScratchDirectory directory;
  directory.Write("model.safetensors",
                  "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
  ExpectReason(directory, "CORRUPT_WEIGHTS", "git lfs pull");
  std::filesystem::remove(directory.File("model.safetensors"));
  directory.Write(kIndex, "version https://git-lfs.github.com/spec/v1\n");
  ExpectReason(directory, "CORRUPT_WEIGHTS", "git lfs pull");
}

TEST(WeightFilesTest, TensorsAreRenamedAndReplaced) {
  auto files = WeightFiles::Of({{"a.x", {2}, {1, 2}}, {"a.y", {1}, {3}}}, 12);
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_TRUE((*files)
                  ->Rename([](const std::string& name) {
                    return name == "a.x" ? "z" : name.substr(2);
                  })
                  .ok());
  ASSERT_EQ((*files)->tensors()[0].name, "y");
  (*files)->Replace({"z", {1, 1}, {7}});
  const StoredTensor& replaced = (*files)->tensors()[1];
  EXPECT_EQ(replaced.shape, std::vector<int64_t>({1, 1}));
  EXPECT_EQ(*reinterpret_cast<const float*>(replaced.bytes.data()), 7);
  EXPECT_EQ(ReasonOf((*files)->Rename([](const std::string&) { return "s"; })),
            "CORRUPT_WEIGHTS");
}

TEST(WeightFilesTest, ShardsOutsideTheDirectoryAreRefused) {
  for (const char* name : {"../a.safetensors", "/etc/a.safetensors", "..", "",
                           "sub/a.safetensors", "weights.bin"}) {
    ScratchDirectory directory;
    directory.Write(kIndex,
                    std::string(R"({"weight_map":{"a":")") + name + "\"}}");
    ExpectReason(directory, "CORRUPT_WEIGHTS", "of the directory");
  }
}

TEST(WeightFilesTest, IndexAndShardsMustAgree) {
  ScratchDirectory directory;
  WriteOne(directory, "1.safetensors", "b");
  directory.Write(kIndex, R"({"weight_map":{"a":"1.safetensors"}})");
  ExpectReason(directory, "CORRUPT_WEIGHTS", "other tensors");
  WriteOne(directory, "2.safetensors", "b");
  directory.Write(
      kIndex, R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})");
  ExpectReason(directory, "CORRUPT_WEIGHTS", "two tensors have the name b");
}

TEST(WeightFilesTest, MalformedIndexIsCorrupt) {
  for (const char* text :
       {"", "[]", "{}", R"({"weight_map":[]})", R"({"weight_map":{"a":1}})"}) {
    ScratchDirectory directory;
    directory.Write(kIndex, text);
    ExpectReason(directory, "CORRUPT_WEIGHTS", "");
  }
}

}  // namespace
}  // namespace tunesmith::worker
