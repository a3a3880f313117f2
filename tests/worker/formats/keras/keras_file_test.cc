#include "worker/formats/keras/keras_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/scratch_directory.h"

// The files come from tests/golden/make_keras_files.py.

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kFiles[] = {"weights.h5", "model.h5"};

std::string Golden(const std::string& name) {
  return std::string(TUNESMITH_GOLDEN_DIR) + "/keras/" + name;
}

std::vector<float> ValuesOf(const KerasTensor& tensor) {
  std::vector<float> values(tensor.bytes.size() / sizeof(float));
  std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

class KerasFileTest : public ::testing::Test {
 protected:
  ~KerasFileTest() override { close(memory_); }

  // Reads every byte of what it opens; what does not open must say so alike.
  bool Opens(const std::string& bytes) {
    EXPECT_EQ(ftruncate(memory_, static_cast<off_t>(bytes.size())), 0);
    EXPECT_EQ(pwrite(memory_, bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
    auto file = KerasFile::Open(absl::StrCat("/proc/self/fd/", memory_));
    if (!file.ok()) {
      EXPECT_EQ(ReasonOf(file.status()), "CORRUPT_WEIGHTS") << file.status();
      return false;
    }
    for (const KerasLayer& layer : (*file)->layers()) {
      for (const KerasTensor& tensor : layer.weights) {
        for (float value : ValuesOf(tensor)) sum_ += value;
      }
    }
    return true;
  }

  void ExpectProblem(const std::string& bytes, const char* message) {
    auto file = KerasFile::Open(scratch_.Write("changed.h5", bytes));
    EXPECT_EQ(ReasonOf(file.status()), "CORRUPT_WEIGHTS");
    EXPECT_THAT(std::string(file.status().message()), HasSubstr(message));
    EXPECT_THAT(std::string(file.status().message()), HasSubstr("changed.h5"));
  }

  ScratchDirectory scratch_;
  // A file in memory, for the many that a test tries.
  const int memory_ = memfd_create("keras", MFD_CLOEXEC);
  double sum_ = 0;
};

// Replaces every occurrence of `from`, which is as long as `to`.
std::string Replaced(std::string bytes, const std::string& from,
                     const std::string& to) {
  EXPECT_EQ(from.size(), to.size());
  EXPECT_NE(bytes.find(from), std::string::npos);
  for (size_t at = bytes.find(from); at != std::string::npos;
       at = bytes.find(from, at + 1)) {
    bytes.replace(at, to.size(), to);
  }
  return bytes;
}

TEST_F(KerasFileTest, LayersAndWeightsAreReadInOrder) {
  for (const char* name : kFiles) {
    auto file = KerasFile::Open(Golden(name));
    ASSERT_TRUE(file.ok()) << name << file.status();
    std::vector<std::string> layers;
    std::vector<std::string> weights;
    float next = 0;
    for (const KerasLayer& layer : (*file)->layers()) {
      layers.push_back(layer.name);
      for (const KerasTensor& tensor : layer.weights) {
        weights.push_back(tensor.name);
        for (float value : ValuesOf(tensor)) EXPECT_EQ(value, next++);
      }
    }
    EXPECT_THAT(layers,
                ElementsAre("Conv1", "bn_Conv1", "fire2/squeeze1x1", "Logits"));
    EXPECT_THAT(
        weights,
        ElementsAre("Conv1/kernel:0", "Conv1/bias:0", "bn_Conv1/gamma:0",
                    "bn_Conv1/beta:0", "bn_Conv1/moving_mean:0",
                    "bn_Conv1/moving_variance:0", "uniform2",
                    "fire2/squeeze1x1_b", "Logits/kernel:0", "Logits/bias:0"));
    EXPECT_EQ(next, 54 + 2 + 8 + 8 + 4 + 12 + 3);
    EXPECT_THAT((*file)->layers()[0].weights[0].shape, ElementsAre(3, 3, 3, 2));
  }
}

TEST_F(KerasFileTest, MissingFileIsNotFound) {
  EXPECT_TRUE(
      absl::IsNotFound(KerasFile::Open(scratch_.File("none.h5")).status()));
}

TEST_F(KerasFileTest, OtherFilesAreRefusedByCause) {
  ExpectProblem("", "no HDF5 file");
  ExpectProblem("PK\x03\x04 a zip archive, as .keras is", "no HDF5 file");
  std::string bytes = ReadBytes(Golden("weights.h5"));
  ExpectProblem(bytes.substr(0, bytes.size() - 1), "truncated");
  std::string newer = bytes;
  newer[8] = 3;
  ExpectProblem(newer, "libver");
  ExpectProblem(Replaced(bytes, "layer_names", "layer_nameZ"), ".weights.h5");
  ExpectProblem(Replaced(bytes, "weight_names", "weight_nameZ"),
                "has no weight_names");
  ExpectProblem(Replaced(bytes, "bn_Conv1/gamma:0", "bn_Conv1/gammb:0"), "");
}

TEST_F(KerasFileTest, ValuesOfOtherTypesAreRefused) {
  std::string bytes = ReadBytes(Golden("weights.h5"));
  // Big-endian, by the first bit of the type's fields.
  ExpectProblem(Replaced(bytes, std::string("\x11\x20\x1f\x00\x04\x00", 6),
                         std::string("\x11\x21\x1f\x00\x04\x00", 6)),
                "32 bits");
}

TEST_F(KerasFileTest, NoTruncatedFileOpens) {
  for (const char* name : kFiles) {
    std::string bytes = ReadBytes(Golden(name));
    for (size_t size = 0; size < bytes.size(); size += 37) {
      EXPECT_FALSE(Opens(bytes.substr(0, size))) << name << " " << size;
    }
  }
}

// A file that says that it is as short as it is: whatever then lies outside.
TEST_F(KerasFileTest, FilesThatAgreeToTheirTruncationAreSurvived) {
  constexpr size_t kEndOfFile = 40;
  for (const char* name : kFiles) {
    std::string bytes = ReadBytes(Golden(name));
    for (uint64_t size = 100; size < bytes.size(); size += 101) {
      std::string cut = bytes.substr(0, size);
      std::memcpy(cut.data() + kEndOfFile, &size, sizeof(size));
      Opens(cut);
    }
  }
}

TEST_F(KerasFileTest, ChangedBytesAreSurvived) {
  for (const char* name : kFiles) {
    const std::string bytes = ReadBytes(Golden(name));
    std::mt19937 random(1);
    for (int i = 0; i < 2000; ++i) {
      std::string changed = bytes;
      for (unsigned flips = 1 + random() % 4; flips > 0; --flips) {
        char& byte = changed[random() % changed.size()];
        switch (random() % 3) {
          case 0:
            byte = static_cast<char>(byte ^ (1 << random() % 8));
            break;
          case 1:
            byte = static_cast<char>(random());
            break;
          default:
            byte = '\xff';
        }
      }
      Opens(changed);
    }
  }
}

// A header that continues in itself, and a tree that is its own child.
TEST_F(KerasFileTest, StructuresThatPointAtThemselvesEnd) {
  const std::string bytes = ReadBytes(Golden("weights.h5"));
  const std::string signature = "TREE";
  for (size_t at = bytes.find(signature); at != std::string::npos;
       at = bytes.find(signature, at + 1)) {
    std::string circle = bytes;
    const uint64_t address = at;
    // Level 1, with two children that are this node.
    circle[at + 5] = 1;
    circle[at + 6] = 2;
    std::memcpy(circle.data() + at + 32, &address, sizeof(address));
    std::memcpy(circle.data() + at + 48, &address, sizeof(address));
    // The first is the root's; not every one has to be looked at.
    EXPECT_FALSE(Opens(circle) && at == bytes.find(signature));
  }
}

}  // namespace
}  // namespace tunesmith::worker
