// Digests, durable files, manifests and the local store.
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/file_error.h"
#include "proto/artifact/local_artifact_store.h"
#include "proto/artifact/manifest.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/reason.h"

namespace tunesmith {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kEmptySha256[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

class ArtifactTest : public ::testing::Test {
 protected:
  ArtifactTest() {
    std::string name = ::testing::TempDir() + "artifact-XXXXXX";
    root_ = mkdtemp(name.data());
  }
  ~ArtifactTest() override { fs::remove_all(root_); }

  std::string Write(const std::string& path, const std::string& text) {
    std::string full = root_ + "/" + path;
    fs::create_directories(fs::path(full).parent_path());
    std::ofstream(full, std::ios::binary) << text;
    return full;
  }

  std::string root_;
};

TEST(Sha256Test, KnownAnswers) {
  EXPECT_EQ(Sha256Hex(""), kEmptySha256);
  EXPECT_EQ(Sha256Hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 parts;
  parts.Update("a");
  parts.Update("bc");
  EXPECT_EQ(parts.HexDigest(), Sha256Hex("abc"));
}

TEST_F(ArtifactTest, DigestOfFileLargerThanTheBuffer) {
  std::string text(3 << 20, 'x');
  auto digest = DigestFile(Write("f", text));
  ASSERT_TRUE(digest.ok());
  EXPECT_EQ(digest->size_bytes, 3 << 20);
  EXPECT_EQ(digest->sha256, Sha256Hex(text));
}

TEST_F(ArtifactTest, DigestNamesWhatCannotBeRead) {
  auto missing = DigestFile(root_ + "/none");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("/none"));
  EXPECT_EQ(DigestFile(root_).status().code(),
            absl::StatusCode::kInvalidArgument);
  std::string pipe = root_ + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(DigestFile(pipe).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ArtifactTest, WriterKeepsOnlyWhatWasClosed) {
  {
    auto writer = DurableFileWriter::Create(root_ + "/f");
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Append("half").ok());
  }
  EXPECT_FALSE(fs::exists(root_ + "/f"));
  auto writer = DurableFileWriter::Create(root_ + "/f");
  ASSERT_TRUE((*writer)->Append("ab").ok());
  ASSERT_TRUE((*writer)->Append("c").ok());
  auto digest = (*writer)->Close();
  ASSERT_TRUE(digest.ok());
  EXPECT_EQ(digest->sha256, Sha256Hex("abc"));
  EXPECT_EQ(digest->size_bytes, 3);
  EXPECT_FALSE((*writer)->Append("d").ok());
  writer->reset();
  EXPECT_EQ(*ReadFile(root_ + "/f", 3), "abc");
  EXPECT_EQ(DurableFileWriter::Create(root_ + "/f").status().code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(ArtifactTest, WriteFileDurablyReplaces) {
  std::string path = Write("f", "old");
  Write("f.tmp", "left by a crash");
  ASSERT_TRUE(WriteFileDurably(path, "new").ok());
  EXPECT_EQ(*ReadFile(path, 100), "new");
  EXPECT_FALSE(fs::exists(path + ".tmp"));
}

TEST_F(ArtifactTest, ReadFileHasALimit) {
  std::string path = Write("f", "12345");
  EXPECT_EQ(*ReadFile(path, 5), "12345");
  EXPECT_EQ(ReadFile(path, 4).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(*ReadFile(Write("empty", ""), 0), "");
}

TEST(FileErrorTest, FullDiskHasItsReason) {
  for (int error : {ENOSPC, EDQUOT}) {
    absl::Status status = FileError(error, "writing", "/d/f");
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(ReasonOf(status), "DISK_FULL");
    EXPECT_THAT(std::string(status.message()), HasSubstr("/d/f"));
  }
}

TEST(ManifestTest, FormatIsSortedAndCompact) {
  Manifest manifest = {{{"b", 2, kEmptySha256}, {"a/c", 1, kEmptySha256}}};
  std::string sha = kEmptySha256;
  EXPECT_EQ(SerializeManifest(manifest),
            "{\"files\":[{\"path\":\"a/c\",\"sha256\":\"" + sha +
                "\",\"size\":1},{\"path\":\"b\",\"sha256\":\"" + sha +
                "\",\"size\":2}],\"version\":1}");
  auto parsed = ParseManifest(SerializeManifest(manifest));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->files[0].path, "a/c");
  EXPECT_EQ(parsed->TotalBytes(), 3);
}

TEST(ManifestTest, HostileManifestsAreRefused) {
  std::string sha = kEmptySha256;
  auto with = [&](const std::string& path, const std::string& size) {
    return "{\"files\":[{\"path\":\"" + path + "\",\"sha256\":\"" + sha +
           "\",\"size\":" + size + "}],\"version\":1}";
  };
  ASSERT_TRUE(ParseManifest(with("ok", "1")).ok());
  for (const std::string& json : {std::string(""),
                                  std::string("{"),
                                  std::string("[]"),
                                  std::string("{\"version\":1}"),
                                  std::string("{\"files\":[]}"),
                                  std::string("{\"files\":[],\"version\":2}"),
                                  std::string("{\"files\":[1],\"version\":1}"),
                                  with("../x", "1"),
                                  with("/x", "1"),
                                  with("a//b", "1"),
                                  with("a/./b", "1"),
                                  with("", "1"),
                                  with("a/", "1"),
                                  with("a\\u0000b", "1"),
                                  with("manifest.json", "1"),
                                  with("x", "-1"),
                                  with("x", "1.5"),
                                  with("x", "18446744073709551615"),
                                  with("x", "\"1\""),
                                  std::string(100000, '[')}) {
    EXPECT_EQ(ParseManifest(json).status().code(), absl::StatusCode::kDataLoss)
        << json.substr(0, 100);
  }
}

TEST(ManifestTest, DuplicatesAndOverflowAreRefused) {
  Manifest twice = {{{"a", 1, kEmptySha256}, {"a", 1, kEmptySha256}}};
  EXPECT_FALSE(ParseManifest(SerializeManifest(twice)).ok());
  Manifest huge = {{{"a", INT64_MAX, kEmptySha256}, {"b", 1, kEmptySha256}}};
  EXPECT_FALSE(ParseManifest(SerializeManifest(huge)).ok());
}

TEST_F(ArtifactTest, SealedDirectoryVerifies) {
  Write("a/model/w.bin", "weights");
  Write("a/record.json", "{}");
  fs::create_directories(root_ + "/a/empty");
  auto sealed = SealDirectory(root_ + "/a");
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_EQ(sealed->manifest.files.size(), 2);
  auto verified = VerifyDirectory(root_ + "/a", sealed->manifest_sha256);
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(*verified, sealed->manifest);
  EXPECT_FALSE(SealDirectory(root_ + "/a").ok());
}

TEST_F(ArtifactTest, EqualDirectoriesHaveEqualManifests) {
  for (const char* name : {"a", "b"}) {
    Write(std::string(name) + "/z", "1");
    Write(std::string(name) + "/y/x", "2");
  }
  EXPECT_EQ(SealDirectory(root_ + "/a")->manifest_sha256,
            SealDirectory(root_ + "/b")->manifest_sha256);
}

TEST_F(ArtifactTest, EveryChangeIsFound) {
  std::string file = Write("a/f", "good");
  std::string sha = SealDirectory(root_ + "/a")->manifest_sha256;
  auto expect_mismatch = [&](const char* what) {
    auto verified = VerifyDirectory(root_ + "/a", sha);
    EXPECT_EQ(verified.status().code(), absl::StatusCode::kDataLoss) << what;
    EXPECT_EQ(ReasonOf(verified.status()), "DIGEST_MISMATCH") << what;
  };
  Write("a/f", "evil");
  expect_mismatch("bytes");
  Write("a/f", "longer");
  expect_mismatch("size");
  fs::remove(file);
  expect_mismatch("missing");
  fs::create_symlink(Write("elsewhere", "good"), file);
  expect_mismatch("link");
  fs::remove(file);
  Write("a/f", "good");
  ASSERT_TRUE(VerifyDirectory(root_ + "/a", sha).ok());
  Write("a/manifest.json", "{\"files\":[],\"version\":1}");
  expect_mismatch("manifest");
}

TEST_F(ArtifactTest, LinksAndPipesAreNotSealed) {
  Write("a/f", "x");
  fs::create_symlink("/etc/passwd", root_ + "/a/link");
  EXPECT_EQ(SealDirectory(root_ + "/a").status().code(),
            absl::StatusCode::kInvalidArgument);
  fs::remove(root_ + "/a/link");
  ASSERT_EQ(mkfifo((root_ + "/a/pipe").c_str(), 0600), 0);
  EXPECT_FALSE(SealDirectory(root_ + "/a").ok());
  EXPECT_FALSE(fs::exists(root_ + "/a/manifest.json"));
}

class LocalArtifactStoreTest : public ArtifactTest {
 protected:
  LocalArtifactStoreTest()
      : store_(*LocalArtifactStore::Create(root_ + "/x/store")) {}
  std::unique_ptr<LocalArtifactStore> store_;
};

TEST_F(LocalArtifactStoreTest, ArtifactExistsOnceItIsCommitted) {
  auto directory = store_->Begin("u1/1");
  ASSERT_TRUE(directory.ok()) << directory.status();
  std::ofstream(*directory + "/f") << "text";
  EXPECT_EQ(store_->Stage("u1/1").status().code(), absl::StatusCode::kNotFound);
  auto sha = store_->Commit("u1/1");
  ASSERT_TRUE(sha.ok()) << sha.status();
  auto staged = store_->Stage("u1/1");
  ASSERT_TRUE(staged.ok());
  EXPECT_TRUE(VerifyDirectory(*staged, *sha).ok());
}

TEST_F(LocalArtifactStoreTest, BeginRemovesAnEarlierTry) {
  std::ofstream(*store_->Begin("u1/1") + "/old") << "text";
  auto again = store_->Begin("u1/1");
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(fs::is_empty(*again));
}

TEST_F(LocalArtifactStoreTest, DeleteLeavesOthers) {
  ASSERT_TRUE(store_->Begin("u1/1").ok());
  ASSERT_TRUE(store_->Begin("u1/2").ok());
  ASSERT_TRUE(store_->Begin("u2/1").ok());
  EXPECT_THAT(*store_->List(), ElementsAre("u1/1", "u1/2", "u2/1"));
  EXPECT_TRUE(store_->Delete("u1/1").ok());
  EXPECT_TRUE(store_->Delete("u2/1").ok());
  EXPECT_TRUE(store_->Delete("u2/1").ok());
  EXPECT_THAT(*store_->List(), ElementsAre("u1/2"));
}

TEST_F(LocalArtifactStoreTest, ListsAGroup) {
  ASSERT_TRUE(store_->Begin("u1/1").ok());
  ASSERT_TRUE(store_->Begin("u1/2").ok());
  ASSERT_TRUE(store_->Begin("u2/1").ok());
  EXPECT_THAT(*store_->ListGroup("u1"), ElementsAre("u1/1", "u1/2"));
  EXPECT_THAT(*store_->ListGroup("u3"), IsEmpty());
  EXPECT_FALSE(store_->ListGroup("../x").ok());
}

TEST_F(LocalArtifactStoreTest, MeasuresWhatLiesUnderAKey) {
  std::string directory = *store_->Begin("u/1");
  fs::create_directory(directory + "/model");
  ASSERT_TRUE(WriteFileDurably(directory + "/model/a", "12345").ok());
  ASSERT_TRUE(WriteFileDurably(directory + "/b", "67").ok());
  // What a link leads to is not the artifact's.
  fs::create_symlink(directory + "/model/a", directory + "/link");
  absl::StatusOr<ArtifactSize> size = store_->Measure("u/1");
  ASSERT_TRUE(size.ok()) << size.status();
  EXPECT_EQ(size->size_bytes, 7);
  EXPECT_GT(size->change_time, absl::UnixEpoch());
  EXPECT_TRUE(absl::IsNotFound(store_->Measure("u/2").status()));
  EXPECT_FALSE(store_->Measure("../x/1").ok());
}

TEST_F(LocalArtifactStoreTest, KeysCannotLeaveTheRoot) {
  for (const char* key : {"", "a", "a/", "/a", "../a", "a/..", "a/b/c", "a/B",
                          "a/b ", "a\\b/c", "./a"}) {
    EXPECT_EQ(store_->Begin(key).status().code(),
              absl::StatusCode::kInvalidArgument)
        << key;
    EXPECT_FALSE(store_->Stage(key).ok()) << key;
    EXPECT_FALSE(store_->Delete(key).ok()) << key;
  }
}

TEST_F(LocalArtifactStoreTest, LinkIsNoArtifact) {
  std::string outside = fs::path(Write("o/1/manifest.json", "{}"))
                            .parent_path()
                            .parent_path()
                            .string();
  fs::create_directory_symlink(outside, root_ + "/x/store/u1");
  EXPECT_EQ(store_->Stage("u1/1").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(store_->Delete("u1/1").ok());
  EXPECT_TRUE(fs::exists(outside + "/1/manifest.json"));
  EXPECT_THAT(*store_->List(), IsEmpty());
}

}  // namespace
}  // namespace tunesmith
