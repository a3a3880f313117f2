#include "client/cpp/upload.h"

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cpp/byte_source.h"
#include "grpcpp/client_context.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"
#include "proto/contract/rpc/grpc_status.h"

namespace tunesmith::client {
namespace {

constexpr int64_t kChunkBytes = 1 << 20;

using Writer = grpc::ClientWriterInterface<v1::UploadDatasetRequest>;

// OK as well when the server ended the call early: Finish then says why.
absl::Status SendChunks(Writer& writer, ByteSource& source,
                        const UploadOptions& options) {
  v1::UploadDatasetRequest request;
  int64_t sent = 0;
  while (true) {
    std::string& chunk = *request.mutable_chunk();
    chunk.resize(kChunkBytes);
    TUNESMITH_ASSIGN_OR_RETURN(size_t count,
                               source.Read(chunk.data(), chunk.size()));
    if (count == 0) return absl::OkStatus();
    chunk.resize(count);
    if (!writer.Write(request)) return absl::OkStatus();
    sent += static_cast<int64_t>(count);
    if (options.on_progress) options.on_progress(sent, source.size_bytes());
  }
}

v1::UploadDatasetRequest MakeHeader(const ByteSource& source,
                                    const std::string& sha256,
                                    const std::string& request_id,
                                    const UploadOptions& options) {
  v1::UploadDatasetRequest request;
  v1::UploadDatasetRequest::Header& header = *request.mutable_header();
  header.set_dataset_id(options.dataset_id);
  *header.mutable_dataset() = options.dataset;
  header.set_file_name(source.file_name());
  header.set_size_bytes(source.size_bytes());
  header.set_sha256(sha256);
  header.set_request_id(request_id);
  return request;
}

// Opens the data for the first time.
absl::StatusOr<std::unique_ptr<ByteSource>> Open(const std::string& path,
                                                 const UploadOptions& options) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source,
                             OpenByteSource(path));
  if (options.on_remark) {
    for (const std::string& remark : source->remarks()) {
      options.on_remark(remark);
    }
  }
  return source;
}

absl::StatusOr<std::string> DigestOf(ByteSource& source) {
  Sha256 sha256;
  std::string chunk(kChunkBytes, '\0');
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(size_t count,
                               source.Read(chunk.data(), chunk.size()));
    if (count == 0) return sha256.HexDigest();
    sha256.Update(std::string_view(chunk).substr(0, count));
  }
}

absl::StatusOr<v1::Dataset> SendOnce(Client& client, const std::string& path,
                                     const std::string& sha256,
                                     const std::string& request_id,
                                     const UploadOptions& options) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source,
                             OpenByteSource(path));
  grpc::ClientContext context;
  Cancellation::Registration registration(client.cancellation(), context);
  v1::Dataset dataset;
  std::unique_ptr<Writer> writer =
      client.datasets().UploadDataset(&context, &dataset);
  absl::Status sent;
  if (writer->Write(MakeHeader(*source, sha256, request_id, options))) {
    sent = SendChunks(*writer, *source, options);
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

// A second try of what the server has already gets the dataset of the first.
absl::StatusOr<v1::Dataset> Send(Client& client, const std::string& path,
                                 const std::string& sha256,
                                 const UploadOptions& options) {
  const std::string request_id = NewRequestId();
  absl::StatusOr<v1::Dataset> dataset;
  TUNESMITH_RETURN_IF_ERROR(client.Retry([&] {
    dataset = SendOnce(client, path, sha256, request_id, options);
    return dataset.status();
  }));
  return dataset;
}

}  // namespace

absl::StatusOr<v1::Dataset> UploadDataset(Client& client,
                                          const std::string& path,
                                          const UploadOptions& options) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source,
                             Open(path, options));
  TUNESMITH_ASSIGN_OR_RETURN(std::string sha256, DigestOf(*source));
  return Send(client, path, sha256, options);
}

absl::StatusOr<SharedDataset> UploadOnce(Client& client,
                                         const std::string& path,
                                         UploadOptions options) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source,
                             Open(path, options));
  TUNESMITH_ASSIGN_OR_RETURN(std::string sha256, DigestOf(*source));
  options.dataset_id =
      ContentId(source->file_name(), sha256, options.dataset.format());
  const std::string name =
      ResourceName(ResourceKind::kDataset, options.dataset_id);
  absl::StatusOr<v1::Dataset> dataset = client.GetDataset(name);
  // One that failed gives its name up.
  if (absl::IsNotFound(dataset.status()) ||
      (dataset.ok() && dataset->state() == v1::Dataset::FAILED)) {
    dataset = Send(client, path, sha256, options);
    if (dataset.ok()) return SharedDataset{*std::move(dataset), true};
    // Somebody else was faster.
    if (absl::IsAlreadyExists(dataset.status())) {
      dataset = client.GetDataset(name);
    }
  }
  TUNESMITH_RETURN_IF_ERROR(dataset.status());
  if (dataset->digest() == sha256 && dataset->state() != v1::Dataset::FAILED) {
    return SharedDataset{*std::move(dataset), false};
  }
  options.dataset_id.clear();
  TUNESMITH_ASSIGN_OR_RETURN(dataset, Send(client, path, sha256, options));
  return SharedDataset{*std::move(dataset), true};
}

std::string ContentId(const std::string& file_name, const std::string& sha256,
                      const v1::DatasetFormat& format) {
  constexpr size_t kDigits = 12;
  std::string digits = sha256;
  if (std::string read_as = format.SerializeAsString(); !read_as.empty()) {
    Sha256 both;
    both.Update(sha256);
    both.Update(read_as);
    digits = both.HexDigest();
  }
  constexpr size_t kMaxNameBytes = 63 - kDigits - 1;
  std::string id = absl::AsciiStrToLower(file_name).substr(0, kMaxNameBytes);
  for (char& c : id) {
    if (!absl::ascii_isalnum(c) && c != '.') c = '-';
  }
  if (id.empty() || !absl::ascii_isalnum(id[0])) id = absl::StrCat("x", id);
  return absl::StrCat(id.substr(0, kMaxNameBytes), "-",
                      digits.substr(0, kDigits));
}

}  // namespace tunesmith::client
