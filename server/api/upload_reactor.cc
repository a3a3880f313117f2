#include "server/api/upload_reactor.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/api/answer.h"
#include "server/api/file_copy.h"
#include "server/api/identity.h"
#include "server/api/record_intake.h"
#include "server/api/request_check.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxNameBytes = 255;

absl::Status Incomplete(const std::string& what) {
  return MakeError(absl::StatusCode::kDataLoss,
                   v1::ERROR_REASON_UPLOAD_INCOMPLETE,
                   absl::StrCat("upload refused, ", what));
}

absl::Status StalledError(absl::Duration waited) {
  return MakeError(
      absl::StatusCode::kDeadlineExceeded, v1::ERROR_REASON_UPLOAD_STALLED,
      absl::StrCat(
          "upload given up, nothing came for: ", absl::FormatDuration(waited),
          " (the server's --upload-idle-timeout)"));
}

bool IsSha256(const std::string& text) {
  if (text.size() != 64) return false;
  for (char c : text) {
    if (!absl::ascii_isdigit(c) && (c < 'a' || c > 'f')) return false;
  }
  return true;
}

absl::Status CheckHeader(const v1::UploadDatasetRequest::Header& header) {
  RequestCheck check;
  const std::string& name = header.file_name();
  if (name.empty() || name.size() > kMaxNameBytes ||
      name.find('/') != std::string::npos) {
    check.Add("header.file_name",
              "required: 1 to 255 bytes, without a directory");
  }
  if (header.size_bytes() < 1) {
    check.Add("header.size_bytes", "required: at least 1");
  }
  if (!header.sha256().empty() && !IsSha256(header.sha256())) {
    check.Add("header.sha256", "must be 64 lower-case hexadecimal digits");
  }
  check.AddAll(CheckNewDataset(header.dataset_id(), header.dataset(),
                               SafeFileName(name), "header.dataset"));
  return check.ToStatus();
}

}  // namespace

UploadReactor::UploadReactor(const ApiContext& api,
                             grpc::CallbackServerContext* context,
                             v1::Dataset* response)
    : api_(api),
      context_(context),
      response_(response),
      patience_(api.upload_patience) {
  ReadNext();
}

void UploadReactor::ReadNext() {
  patience_.Begin([this] {
    api_.files->Run([this] { Fail(StalledError(api_.upload_patience)); });
  });
  StartRead(&message_);
}

void UploadReactor::OnReadDone(bool ok) {
  // Otherwise the call has been ended.
  if (patience_.End()) api_.files->Run([this, ok] { Step(ok); });
}

void UploadReactor::Step(bool ok) {
  absl::Status status = CheckNotDraining(api_);
  if (status.ok() && !ok) {
    if (context_->IsCancelled()) {
      Fail(absl::CancelledError("the client went away"));
    } else {
      Complete();
    }
    return;
  }
  if (status.ok()) status = api_.rules->Check(message_);
  if (status.ok()) status = writer_ == nullptr ? TakeHeader() : TakeChunk();
  if (!status.ok()) {
    Fail(status);
    return;
  }
  if (answered_) {
    Finish(grpc::Status::OK);
    return;
  }
  ReadNext();
}

absl::Status UploadReactor::TakeHeader() {
  if (!message_.has_header()) {
    return InvalidFieldsError({{"header", "must be in the first message"}});
  }
  header_ = std::move(*message_.mutable_header());
  TUNESMITH_RETURN_IF_ERROR(CheckHeader(header_));
  if (header_.size_bytes() > api_.max_dataset_bytes) {
    return TooLargeError("file", api_.max_dataset_bytes, "--max-dataset-bytes");
  }
  mutation_ = MutationOf(CallerOf(*context_), header_);
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<v1::Dataset> earlier,
                             RecallNow<v1::Dataset>(api_, mutation_));
  if (earlier.has_value()) {
    *response_ = *std::move(earlier);
    answered_ = true;
    return absl::OkStatus();
  }
  TUNESMITH_RETURN_IF_ERROR(CheckDatasetIdIsFree(api_, mutation_.caller.tenant,
                                                 header_.dataset_id()));
  dataset_.id = header_.dataset_id();
  dataset_.uid = api_.lifecycle.new_uid();
  dataset_.dataset = header_.dataset();
  dataset_.file_name = SafeFileName(header_.file_name());
  TUNESMITH_ASSIGN_OR_RETURN(
      draft_, ArtifactDraft::Begin(api_.artifacts, api_.drafts, dataset_.uid));
  TUNESMITH_ASSIGN_OR_RETURN(
      writer_, DurableFileWriter::Create(
                   absl::StrCat(draft_->directory(), "/", dataset_.file_name)));
  return absl::OkStatus();
}

absl::Status UploadReactor::TakeChunk() {
  if (!message_.has_chunk()) {
    return InvalidFieldsError(
        {{"chunk", "must be in every message after the first"}});
  }
  received_bytes_ += static_cast<int64_t>(message_.chunk().size());
  if (received_bytes_ > header_.size_bytes()) {
    return Incomplete(
        absl::StrCat("more bytes than announced: ", header_.size_bytes()));
  }
  return writer_->Append(message_.chunk());
}

void UploadReactor::Complete() {
  if (absl::Status status = Seal(); !status.ok()) {
    Fail(status);
    return;
  }
  StoreDataset(api_, std::move(mutation_), std::move(dataset_),
               std::move(draft_), [this](absl::StatusOr<v1::Dataset> stored) {
                 if (stored.ok()) *response_ = *std::move(stored);
                 Finish(ToAnswer(stored.status()));
               });
}

absl::Status UploadReactor::Seal() {
  if (writer_ == nullptr) {
    return InvalidFieldsError({{"header", "required"}});
  }
  if (received_bytes_ != header_.size_bytes()) {
    return Incomplete(absl::StrCat("bytes announced: ", header_.size_bytes(),
                                   ", arrived: ", received_bytes_));
  }
  TUNESMITH_ASSIGN_OR_RETURN(FileDigest digest, writer_->Close());
  if (!header_.sha256().empty() && header_.sha256() != digest.sha256) {
    return Incomplete(absl::StrCat("SHA-256 announced: ", header_.sha256(),
                                   ", arrived: ", digest.sha256));
  }
  dataset_.dataset.set_source(header_.file_name());
  dataset_.dataset.set_digest(digest.sha256);
  dataset_.dataset.set_size_bytes(digest.size_bytes);
  TUNESMITH_ASSIGN_OR_RETURN(dataset_.artifact,
                             draft_->Seal(digest.size_bytes));
  return absl::OkStatus();
}

void UploadReactor::Fail(const absl::Status& status) {
  writer_.reset();
  draft_.reset();
  Finish(status.code() == absl::StatusCode::kCancelled ? grpc::Status::CANCELLED
                                                       : ToAnswer(status));
}

}  // namespace tunesmith::server
