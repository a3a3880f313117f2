#include "client/cpp/model_files.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cpp/download.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::client {
namespace {

// Model directories have a dozen files.
constexpr int kMaxFiles = 4096;

}  // namespace

ModelFiles::ModelFiles(std::string directory, OnProgress on_progress)
    : directory_(std::move(directory)), on_progress_(std::move(on_progress)) {}

ModelFiles::~ModelFiles() = default;

absl::Status ModelFiles::Accept(const v1::DownloadModelResponse& response) {
  switch (response.part_case()) {
    case v1::DownloadModelResponse::kFile:
      TUNESMITH_RETURN_IF_ERROR(EndFile());
      return BeginFile(response.file());
    case v1::DownloadModelResponse::kChunk:
      return AppendChunk(response.chunk());
    case v1::DownloadModelResponse::PART_NOT_SET:
      break;
  }
  return absl::DataLossError("the server sent an empty message");
}

absl::Status ModelFiles::Finish() {
  TUNESMITH_RETURN_IF_ERROR(EndFile());
  if (file_count_ == 0) {
    return absl::DataLossError("the server sent a model without files");
  }
  return absl::OkStatus();
}

absl::Status ModelFiles::BeginFile(
    const v1::DownloadModelResponse::FileHeader& header) {
  TUNESMITH_RETURN_IF_ERROR(CheckDownloadPath(header.path()));
  if (header.size_bytes() < 0 || file_count_ == kMaxFiles) {
    return absl::DataLossError(
        absl::StrCat("the server sent an impossible file: ", header.path()));
  }
  std::filesystem::path path =
      std::filesystem::path(directory_) / header.path();
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    return absl::DataLossError(absl::StrCat(
        "cannot make the directory of ", header.path(), ": ", error.message()));
  }
  TUNESMITH_ASSIGN_OR_RETURN(writer_, DurableFileWriter::Create(path.string()));
  header_ = header;
  received_ = 0;
  return absl::OkStatus();
}

absl::Status ModelFiles::AppendChunk(const std::string& chunk) {
  if (writer_ == nullptr) {
    return absl::DataLossError("the server sent bytes before a file's header");
  }
  received_ += static_cast<int64_t>(chunk.size());
  if (received_ > header_.size_bytes()) {
    return absl::DataLossError(
        absl::StrCat("file is longer than announced: ", header_.path()));
  }
  TUNESMITH_RETURN_IF_ERROR(writer_->Append(chunk));
  if (on_progress_) {
    on_progress_(header_.path(), received_, header_.size_bytes());
  }
  return absl::OkStatus();
}

absl::Status ModelFiles::EndFile() {
  if (writer_ == nullptr) return absl::OkStatus();
  TUNESMITH_ASSIGN_OR_RETURN(FileDigest digest, writer_->Close());
  writer_ = nullptr;
  if (digest.size_bytes != header_.size_bytes()) {
    return absl::DataLossError(absl::StrCat(
        "file is shorter than announced: ", header_.path(), ": ",
        digest.size_bytes, " of ", header_.size_bytes(), " bytes"));
  }
  if (digest.sha256 != header_.sha256()) {
    return absl::DataLossError(absl::StrCat(
        "file is not the one announced (SHA-256 differs): ", header_.path()));
  }
  ++file_count_;
  size_bytes_ += digest.size_bytes;
  return absl::OkStatus();
}

}  // namespace tunesmith::client
