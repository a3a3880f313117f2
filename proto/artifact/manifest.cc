#include "proto/artifact/manifest.h"

#include <algorithm>
#include <utility>

#include "nlohmann/json.hpp"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"

namespace tunesmith {
namespace {

constexpr int kVersion = 1;
constexpr int64_t kMaxManifestBytes = 16 << 20;

absl::Status NotAManifest(const std::string& why) {
  return ReasonedError(absl::StatusCode::kDataLoss, "DIGEST_MISMATCH",
                       "not an artifact manifest: " + why);
}

bool IsSha256(const std::string& text) {
  return text.size() == 64 &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Relative, without empty, `.` or `..` parts.
bool IsInnerPath(std::string_view path) {
  if (path.empty() || path.size() > 4096 ||
      path.find('\0') != std::string_view::npos) {
    return false;
  }
  while (true) {
    size_t slash = path.find('/');
    std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

absl::StatusOr<ManifestFile> ParseFile(const nlohmann::json& json) {
  if (!json.is_object() || !json.contains("path") || !json.contains("size") ||
      !json.contains("sha256") || !json["path"].is_string() ||
      !json["size"].is_number_unsigned() || !json["sha256"].is_string()) {
    return NotAManifest("a file lacks path, size or sha256");
  }
  ManifestFile file = {json["path"].get<std::string>(),
                       json["size"].get<int64_t>(),
                       json["sha256"].get<std::string>()};
  if (!IsInnerPath(file.path) || file.path == kManifestFileName) {
    return NotAManifest("path not allowed: " + file.path.substr(0, 256));
  }
  if (file.size_bytes < 0 || !IsSha256(file.sha256)) {
    return NotAManifest("bad size or sha256 of " + file.path.substr(0, 256));
  }
  return file;
}

}  // namespace

int64_t Manifest::TotalBytes() const {
  int64_t total = 0;
  for (const ManifestFile& file : files) total += file.size_bytes;
  return total;
}

std::string SerializeManifest(const Manifest& manifest) {
  std::vector<ManifestFile> files = manifest.files;
  std::sort(files.begin(), files.end(),
            [](const ManifestFile& a, const ManifestFile& b) {
              return a.path < b.path;
            });
  nlohmann::json list = nlohmann::json::array();
  for (const ManifestFile& file : files) {
    list.push_back({{"path", file.path},
                    {"size", static_cast<uint64_t>(file.size_bytes)},
                    {"sha256", file.sha256}});
  }
  nlohmann::json json = {{"files", std::move(list)}, {"version", kVersion}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

absl::StatusOr<Manifest> ParseManifest(std::string_view json) {
  nlohmann::json parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object()) return NotAManifest("not a JSON object");
  if (!parsed.contains("version") || parsed["version"] != kVersion) {
    return NotAManifest("version is not 1");
  }
  if (!parsed.contains("files") || !parsed["files"].is_array()) {
    return NotAManifest("no list of files");
  }
  Manifest manifest;
  int64_t bytes_left = INT64_MAX;
  for (const nlohmann::json& entry : parsed["files"]) {
    TUNESMITH_ASSIGN_OR_RETURN(ManifestFile file, ParseFile(entry));
    if (!manifest.files.empty() && manifest.files.back().path >= file.path) {
      return NotAManifest("files are not in order, or twice there");
    }
    if (file.size_bytes > bytes_left) return NotAManifest("sizes overflow");
    bytes_left -= file.size_bytes;
    manifest.files.push_back(std::move(file));
  }
  return manifest;
}

absl::StatusOr<Manifest> ReadManifest(const std::string& directory,
                                      std::string_view manifest_sha256) {
  std::string path = directory + "/" + kManifestFileName;
  TUNESMITH_ASSIGN_OR_RETURN(std::string json,
                             ReadFile(path, kMaxManifestBytes));
  if (Sha256Hex(json) != manifest_sha256) {
    return ReasonedError(
        absl::StatusCode::kDataLoss, "DIGEST_MISMATCH",
        "the manifest is not the one that was recorded: " + path);
  }
  absl::StatusOr<Manifest> manifest = ParseManifest(json);
  if (!manifest.ok()) return WithContext(manifest.status(), ToUtf8(path));
  return manifest;
}

}  // namespace tunesmith
