#include "worker/training/feature_cache.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/safetensors_writer.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

constexpr char kSamples[] = "samples";
constexpr char kFeatures[] = "features";
constexpr char kEnding[] = ".safetensors";
constexpr int64_t kKeyBytes = 32;
// Files whose writer must have died.
constexpr std::chrono::hours kStale{24};

absl::Status Unusable(const std::string& path) {
  return absl::InvalidArgumentError(
      absl::StrCat("not a file of features: ", path));
}

// A file of the cache, for the choice of what to delete.
struct Entry {
  fs::path path;
  fs::file_time_type used;
  int64_t bytes = 0;
};

// Everything below `root`, longest unused first.
std::vector<Entry> EntriesIn(const std::string& root) {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::recursive_directory_iterator it(root, error), end;
       !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored)) continue;
    entries.push_back({it->path(), it->last_write_time(ignored),
                       static_cast<int64_t>(it->file_size(ignored))});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.used < b.used; });
  return entries;
}

bool IsStale(const Entry& entry) {
  return entry.path.extension() != kEnding &&
         fs::file_time_type::clock::now() - entry.used > kStale;
}

}  // namespace

FeatureCache::FeatureCache(std::string directory, const std::string& network,
                           int64_t max_bytes)
    : root_(std::move(directory)),
      directory_(absl::StrCat(root_, "/", network)),
      max_bytes_(max_bytes) {}

absl::StatusOr<std::unique_ptr<FeatureCache>> FeatureCache::Open(
    const std::string& directory, const std::string& network,
    int64_t max_bytes) {
  std::unique_ptr<FeatureCache> cache(
      new FeatureCache(directory, network, max_bytes));
  std::error_code error;
  fs::create_directories(cache->directory_, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(),
                               absl::StrCat("making ", cache->directory_));
  }
  for (const Entry& entry : EntriesIn(cache->directory_)) {
    if (entry.path.extension() != kEnding) continue;
    std::error_code ignored;
    if (cache->Read(entry.path.string()).ok()) {
      fs::last_write_time(entry.path, fs::file_time_type::clock::now(),
                          ignored);
    } else {
      fs::remove(entry.path, ignored);
    }
  }
  return cache;
}

absl::Status FeatureCache::Read(const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(FileDigest digest, DigestFile(path));
  if (digest.sha256 != fs::path(path).stem()) return Unusable(path);
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<SafetensorsFile> file,
                             SafetensorsFile::Open(path));
  const SafetensorsEntry* samples = nullptr;
  const SafetensorsEntry* features = nullptr;
  for (const SafetensorsEntry& entry : file->entries()) {
    if (entry.name == kSamples) samples = &entry;
    if (entry.name == kFeatures) features = &entry;
  }
  if (samples == nullptr || features == nullptr ||
      samples->type != TensorType::kU8 || samples->shape.size() != 2 ||
      samples->shape[1] != kKeyBytes || features->type != TensorType::kF32 ||
      features->shape.size() < 2 || samples->shape[0] == 0 ||
      features->shape[0] != samples->shape[0]) {
    return Unusable(path);
  }
  const std::vector<int64_t> shape(features->shape.begin() + 1,
                                   features->shape.end());
  if (!shape_.empty() && shape_ != shape) return Unusable(path);
  shape_ = shape;
  const size_t count = static_cast<size_t>(samples->shape[0]);
  std::span<const std::byte> keys = file->Bytes(*samples);
  std::span<const std::byte> values = file->Bytes(*features);
  const size_t bytes = values.size() / count;
  for (size_t i = 0; i < count; ++i) {
    features_.try_emplace(
        SampleKey(reinterpret_cast<const char*>(keys.data()) + i * kKeyBytes,
                  kKeyBytes),
        values.subspan(i * bytes, bytes));
  }
  files_.push_back(std::move(file));
  return absl::OkStatus();
}

std::span<const std::byte> FeatureCache::Find(const SampleKey& sample) const {
  auto found = features_.find(sample);
  return found == features_.end() ? std::span<const std::byte>()
                                  : found->second;
}

void FeatureCache::MakeRoom(int64_t bytes) const {
  std::vector<Entry> entries = EntriesIn(root_);
  int64_t total = bytes;
  for (const Entry& entry : entries) total += entry.bytes;
  for (const Entry& entry : entries) {
    // Another process may still write the one that has no name yet.
    const bool unfinished = entry.path.extension() != kEnding;
    if (unfinished ? !IsStale(entry) : total <= max_bytes_) continue;
    std::error_code ignored;
    if (fs::remove(entry.path, ignored)) total -= entry.bytes;
  }
}

absl::Status FeatureCache::Add(std::span<const SampleKey> samples,
                               const std::vector<int64_t>& shape,
                               std::span<const float> values) {
  if (samples.empty()) return absl::OkStatus();
  const int64_t bytes = static_cast<int64_t>(values.size_bytes());
  if (bytes > max_bytes_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the features are more than the cache may hold, which is ",
                     max_bytes_, " bytes: ", bytes));
  }
  MakeRoom(bytes);
  std::string keys;
  for (const SampleKey& sample : samples) keys += sample;
  const int64_t count = static_cast<int64_t>(samples.size());
  std::vector<int64_t> extents = {count};
  extents.insert(extents.end(), shape.begin(), shape.end());
  const std::string unfinished = absl::StrCat(directory_, "/", Sha256Hex(keys),
                                              ".", getpid(), ".unfinished");
  absl::Status status = WriteSafetensors(
      unfinished,
      {{.name = kSamples,
        .type = TensorType::kU8,
        .shape = {count, kKeyBytes},
        .bytes = std::as_bytes(std::span(keys))},
       {.name = kFeatures, .shape = extents, .bytes = std::as_bytes(values)}});
  std::error_code error;
  std::string path;
  if (status.ok()) {
    absl::StatusOr<FileDigest> digest = DigestFile(unfinished);
    status = digest.status();
    if (digest.ok()) {
      path = absl::StrCat(directory_, "/", digest->sha256, kEnding);
      fs::rename(unfinished, path, error);
      if (error) status = absl::ErrnoToStatus(error.value(), "keeping " + path);
    }
  }
  if (status.ok()) return Read(path);
  fs::remove(unfinished, error);
  return status;
}

}  // namespace tunesmith::worker
