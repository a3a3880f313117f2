#include "client/cpp/download.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cpp/model_files.h"
#include "grpcpp/client_context.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/rpc/grpc_status.h"

namespace tunesmith::client {
namespace {

namespace fs = std::filesystem;

absl::Status CheckTarget(const fs::path& target) {
  std::error_code error;
  fs::file_status status = fs::symlink_status(target, error);
  if (status.type() == fs::file_type::not_found) return absl::OkStatus();
  if (fs::is_directory(status) && fs::is_empty(target, error) && !error) {
    return absl::OkStatus();
  }
  return absl::AlreadyExistsError(absl::StrCat(
      "target exists and is not an empty directory: ", target.string()));
}

// A directory that is removed again unless it was moved to its place.
class TemporaryDirectory {
 public:
  static absl::StatusOr<std::unique_ptr<TemporaryDirectory>> Beside(
      const fs::path& target) {
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    std::string path = absl::StrCat(target.string(), ".partial-XXXXXX");
    if (error || mkdtemp(path.data()) == nullptr) {
      return absl::PermissionDeniedError(
          absl::StrCat("cannot make a directory beside ", target.string()));
    }
    return std::unique_ptr<TemporaryDirectory>(
        new TemporaryDirectory(std::move(path)));
  }

  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

  absl::Status MoveTo(const fs::path& target) {
    // mkdtemp made it for the owner alone; a model is as private as other new
    // directories.
    std::error_code ignored;
    fs::permissions(path_,
                    fs::perms::owner_all | fs::perms::group_read |
                        fs::perms::group_exec | fs::perms::others_read |
                        fs::perms::others_exec,
                    ignored);
    std::error_code error;
    fs::rename(path_, target, error);
    if (error) {
      return absl::AlreadyExistsError(absl::StrCat(
          "cannot put the model at ", target.string(), ": ", error.message()));
    }
    path_.clear();
    return absl::OkStatus();
  }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

absl::Status Receive(Client& client, const v1::DownloadModelRequest& request,
                     ModelFiles& files) {
  grpc::ClientContext context;
  Cancellation::Registration registration(client.cancellation(), context);
  auto reader = client.models().DownloadModel(&context, request);
  v1::DownloadModelResponse response;
  absl::Status accepted;
  while (accepted.ok() && reader->Read(&response)) {
    accepted = files.Accept(response);
  }
  if (!accepted.ok()) context.TryCancel();
  grpc::Status finished = reader->Finish();
  TUNESMITH_RETURN_IF_ERROR(accepted);
  TUNESMITH_RETURN_IF_ERROR(FromGrpcStatus(finished));
  return files.Finish();
}

}  // namespace

absl::Status CheckDownloadPath(std::string_view path) {
  auto refuse = [path](const char* why) {
    return absl::DataLossError(
        absl::StrCat("the server sent a file path that ", why, ": \"",
                     absl::CHexEscape(std::string(path.substr(0, 300))), "\""));
  };
  if (path.empty()) return refuse("is empty");
  if (path.size() > 1024) return refuse("is too long");
  for (unsigned char c : path) {
    if (c < 0x20 || c == 0x7f || c == '\\') {
      return refuse("holds a control character or backslash");
    }
  }
  if (path.front() == '/') return refuse("is absolute");
  for (absl::string_view part :
       absl::StrSplit(absl::string_view(path.data(), path.size()), '/')) {
    if (part.empty() || part == "." || part == "..") {
      return refuse("has an empty, \".\" or \"..\" part");
    }
    if (part.size() > 255) return refuse("has too long a part");
  }
  return absl::OkStatus();
}

absl::StatusOr<DownloadedModel> DownloadModel(Client& client,
                                              const std::string& name,
                                              const std::string& directory,
                                              const DownloadOptions& options) {
  fs::path target = fs::absolute(directory).lexically_normal();
  // "models/x/" names the same place as "models/x".
  if (!target.has_filename()) target = target.parent_path();
  TUNESMITH_RETURN_IF_ERROR(CheckTarget(target));
  v1::DownloadModelRequest request;
  request.set_name(name);
  request.set_include_run_record(options.include_run_record);
  DownloadedModel downloaded;
  TUNESMITH_RETURN_IF_ERROR(client.Retry([&]() -> absl::Status {
    TUNESMITH_ASSIGN_OR_RETURN(auto temporary,
                               TemporaryDirectory::Beside(target));
    ModelFiles files(temporary->path(), options.on_progress);
    TUNESMITH_RETURN_IF_ERROR(Receive(client, request, files));
    downloaded = {.file_count = files.file_count(),
                  .size_bytes = files.size_bytes()};
    return temporary->MoveTo(target);
  }));
  return downloaded;
}

}  // namespace tunesmith::client
