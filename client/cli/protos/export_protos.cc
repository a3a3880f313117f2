#include "client/cli/protos/export_protos.h"

#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "client/cli/protos/embedded_protos.h"

namespace tunesmith::cli {
namespace {

namespace fs = std::filesystem;

// Googleapis' files keep rules of their own.
constexpr char kBufYaml[] =
    "version: v1\n"
    "breaking:\n"
    "  use:\n"
    "    - FILE\n"
    "lint:\n"
    "  use:\n"
    "    - DEFAULT\n"
    "  ignore:\n"
    "    - google\n";

absl::Status Refuse(const std::string& what, const fs::path& path) {
  return absl::FailedPreconditionError(what + ": " + path.string());
}

absl::Status Write(const fs::path& path, std::string_view content) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return Refuse(error.message(), path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  return file ? absl::OkStatus() : Refuse("cannot write", path);
}

}  // namespace

absl::Status ExportProtos(const std::string& directory) {
  const fs::path target(directory);
  std::error_code error;
  if (fs::exists(target, error) &&
      !(fs::is_directory(target, error) && fs::is_empty(target, error))) {
    return Refuse("target exists and is not an empty directory", target);
  }
  for (const EmbeddedProto& proto : EmbeddedProtos()) {
    absl::Status status = Write(target / proto.path, proto.content);
    if (!status.ok()) return status;
  }
  return Write(target / "buf.yaml", kBufYaml);
}

}  // namespace tunesmith::cli
