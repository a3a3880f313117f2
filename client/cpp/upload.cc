#include "client/cpp/upload.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/client_context.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"
#include "proto/contract/rpc/grpc_status.h"

namespace tunesmith::client {
namespace {

constexpr int64_t kChunkBytes = 1 << 20;

using Writer = grpc::ClientWriterInterface<v1::UploadDatasetRequest>;

absl::Status CheckRegularFile(const std::string& path) {
  std::error_code error;
  std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return absl::NotFoundError(absl::StrCat("no such file: ", path));
  }
  if (!std::filesystem::is_regular_file(status)) {
    return absl::InvalidArgumentError(
        absl::StrCat("not a regular file: ", path));
  }
  return absl::OkStatus();
}

// OK as well when the server ended the call early: Finish then says why.
absl::Status SendChunks(Writer& writer, const std::string& path, int64_t total,
                        const UploadOptions& options) {
  std::ifstream file(path, std::ios::binary);
  v1::UploadDatasetRequest request;
  for (int64_t sent = 0; sent < total;) {
    std::string& chunk = *request.mutable_chunk();
    chunk.resize(std::min(kChunkBytes, total - sent));
    if (!file.read(chunk.data(), chunk.size())) {
      return absl::DataLossError(absl::StrCat(
          "file changed or became unreadable during the upload: ", path));
    }
    if (!writer.Write(request)) return absl::OkStatus();
    sent += chunk.size();
    if (options.on_progress) options.on_progress(sent, total);
  }
  return absl::OkStatus();
}

v1::UploadDatasetRequest MakeHeader(const std::string& path,
                                    const FileDigest& digest,
                                    const UploadOptions& options) {
  v1::UploadDatasetRequest request;
  v1::UploadDatasetRequest::Header& header = *request.mutable_header();
  header.set_dataset_id(options.dataset_id);
  *header.mutable_dataset() = options.dataset;
  header.set_file_name(std::filesystem::path(path).filename().string());
  header.set_size_bytes(digest.size_bytes);
  header.set_sha256(digest.sha256);
  return request;
}

absl::StatusOr<FileDigest> DigestOf(const std::string& path) {
  TUNESMITH_RETURN_IF_ERROR(CheckRegularFile(path));
  TUNESMITH_ASSIGN_OR_RETURN(FileDigest digest, DigestFile(path));
  if (digest.size_bytes == 0) {
    return absl::InvalidArgumentError(absl::StrCat("file is empty: ", path));
  }
  return digest;
}

absl::StatusOr<v1::Dataset> Send(Client& client, const std::string& path,
                                 const FileDigest& digest,
                                 const UploadOptions& options) {
  grpc::ClientContext context;
  Cancellation::Registration registration(client.cancellation(), context);
  v1::Dataset dataset;
  std::unique_ptr<Writer> writer =
      client.datasets().UploadDataset(&context, &dataset);
  absl::Status sent;
  if (writer->Write(MakeHeader(path, digest, options))) {
    sent = SendChunks(*writer, path, digest.size_bytes, options);
  }
  if (sent.ok()) {
    writer->WritesDone();
  } else {
    context.TryCancel();
  }
  grpc::Status status = writer->Finish();
  TUNESMITH_RETURN_IF_ERROR(sent);
  if (!status.ok()) return FromGrpcStatus(status);
  return dataset;
}

}  // namespace

absl::StatusOr<v1::Dataset> UploadDataset(Client& client,
                                          const std::string& path,
                                          const UploadOptions& options) {
  TUNESMITH_ASSIGN_OR_RETURN(FileDigest digest, DigestOf(path));
  return Send(client, path, digest, options);
}

absl::StatusOr<SharedDataset> UploadOnce(Client& client,
                                         const std::string& path,
                                         UploadOptions options) {
  TUNESMITH_ASSIGN_OR_RETURN(FileDigest digest, DigestOf(path));
  options.dataset_id =
      ContentId(std::filesystem::path(path).filename().string(), digest.sha256);
  const std::string name =
      ResourceName(ResourceKind::kDataset, options.dataset_id);
  absl::StatusOr<v1::Dataset> dataset = client.GetDataset(name);
  if (absl::IsNotFound(dataset.status())) {
    dataset = Send(client, path, digest, options);
    if (dataset.ok()) return SharedDataset{*std::move(dataset), true};
    // Somebody else was faster.
    if (absl::IsAlreadyExists(dataset.status())) {
      dataset = client.GetDataset(name);
    }
  }
  TUNESMITH_RETURN_IF_ERROR(dataset.status());
  if (dataset->digest() == digest.sha256 &&
      dataset->state() != v1::Dataset::FAILED) {
    return SharedDataset{*std::move(dataset), false};
  }
  options.dataset_id.clear();
  TUNESMITH_ASSIGN_OR_RETURN(dataset, Send(client, path, digest, options));
  return SharedDataset{*std::move(dataset), true};
}

std::string ContentId(const std::string& file_name, const std::string& sha256) {
  constexpr size_t kDigits = 12;
  constexpr size_t kMaxNameBytes = 63 - kDigits - 1;
  std::string id = absl::AsciiStrToLower(file_name).substr(0, kMaxNameBytes);
  for (char& c : id) {
    if (!absl::ascii_isalnum(c) && c != '.') c = '-';
  }
  if (id.empty() || !absl::ascii_isalnum(id[0])) id = absl::StrCat("x", id);
  return absl::StrCat(id.substr(0, kMaxNameBytes), "-",
                      sha256.substr(0, kDigits));
}

}  // namespace tunesmith::client
