#include "server/api/download_reactor.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/api/answer.h"
#include "server/api/ready_model.h"
#include "server/api/request_check.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

constexpr size_t kChunkBytes = size_t{512} << 10;
constexpr char kModelPrefix[] = "model/";
constexpr char kRunRecord[] = "run_record.json";
constexpr char kReport[] = "report.html";

absl::Status Damaged(const std::string& path) {
  return MakeError(
      absl::StatusCode::kDataLoss, v1::ERROR_REASON_DIGEST_MISMATCH,
      absl::StrCat("stored file is not what was recorded: ", path));
}

absl::StatusOr<internal::v1::Artifact> ArtifactOfCheckpoint(
    Connection& db, const std::string& tenant, const CheckpointName& name) {
  TUNESMITH_ASSIGN_OR_RETURN(JobRow job,
                             JobTable::Get(db, tenant, name.job_id));
  TUNESMITH_ASSIGN_OR_RETURN(CheckpointRow row,
                             CheckpointTable::Get(db, job.job, name.step));
  return std::move(row.artifact);
}

// What holds the model that `name` names.
absl::StatusOr<internal::v1::Artifact> FindArtifact(Connection& db,
                                                    const std::string& tenant,
                                                    const std::string& name) {
  RequestCheck check;
  if (LooksLikeCheckpoint(name)) {
    absl::StatusOr<CheckpointName> parsed = ParseCheckpointName(name);
    if (parsed.ok()) return ArtifactOfCheckpoint(db, tenant, *parsed);
    check.Add("name", std::string(parsed.status().message()));
    return check.ToStatus();
  }
  std::string id = check.Name("name", ResourceKind::kModel, name);
  TUNESMITH_RETURN_IF_ERROR(check.ToStatus());
  TUNESMITH_ASSIGN_OR_RETURN(ModelRow row, GetReadyModel(db, tenant, id));
  return std::move(row.artifact);
}

}  // namespace

DownloadReactor::DownloadReactor(const ApiContext& api,
                                 const std::string& tenant,
                                 const v1::DownloadModelRequest* request)
    : api_(api), include_run_record_(request->include_run_record()) {
  api_.store->Read([this, tenant, name = request->name()](Connection& db) {
    absl::StatusOr<internal::v1::Artifact> found =
        FindArtifact(db, tenant, name);
    if (!found.ok()) {
      Finish(ToAnswer(found.status()));
      return;
    }
    api_.files->Run([this, artifact = *std::move(found)] {
      if (absl::Status status = Open(artifact); !status.ok()) {
        Finish(ToAnswer(status));
        return;
      }
      Next();
    });
  });
}

void DownloadReactor::OnWriteDone(bool ok) {
  if (!ok) {
    Finish(grpc::Status::CANCELLED);
    return;
  }
  api_.files->Run([this] { Next(); });
}

absl::Status DownloadReactor::Open(const internal::v1::Artifact& artifact) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string directory,
                             api_.artifacts->Stage(artifact.key()));
  TUNESMITH_ASSIGN_OR_RETURN(
      Manifest manifest, ReadManifest(directory, artifact.manifest_sha256()));
  for (ManifestFile& file : manifest.files) {
    bool is_asked_for = absl::StartsWith(file.path, kModelPrefix) ||
                        (include_run_record_ &&
                         (file.path == kRunRecord || file.path == kReport));
    if (!is_asked_for) continue;
    UniqueFd fd(open(absl::StrCat(directory, "/", file.path).c_str(),
                     O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd.valid()) return Damaged(file.path);
    files_.push_back({std::move(file), std::move(fd)});
  }
  std::reverse(files_.begin(), files_.end());
  return absl::OkStatus();
}

void DownloadReactor::Next() {
  if (absl::Status status = CheckNotDraining(api_); !status.ok()) {
    Finish(ToAnswer(status));
    return;
  }
  message_.Clear();
  if (in_file_) {
    if (absl::Status status = ReadChunk(); !status.ok()) {
      Finish(ToAnswer(status));
      return;
    }
  }
  if (!in_file_) {
    if (files_.empty()) {
      Finish(grpc::Status::OK);
      return;
    }
    BeginFile();
  }
  StartWrite(&message_);
}

void DownloadReactor::BeginFile() {
  const ManifestFile& file = files_.back().facts;
  in_file_ = true;
  sha256_ = std::make_unique<Sha256>();
  sent_bytes_ = 0;
  v1::DownloadModelResponse::FileHeader& header = *message_.mutable_file();
  header.set_path(absl::StartsWith(file.path, kModelPrefix)
                      ? file.path.substr(sizeof(kModelPrefix) - 1)
                      : file.path);
  header.set_size_bytes(file.size_bytes);
  header.set_sha256(file.sha256);
}

absl::Status DownloadReactor::ReadChunk() {
  const ManifestFile& file = files_.back().facts;
  std::string& chunk = *message_.mutable_chunk();
  chunk.resize(kChunkBytes);
  ssize_t n;
  do {
    n = read(files_.back().fd.get(), chunk.data(), chunk.size());
  } while (n < 0 && errno == EINTR);
  if (n > 0) {
    chunk.resize(n);
    sha256_->Update(chunk);
    sent_bytes_ += n;
    return sent_bytes_ <= file.size_bytes ? absl::OkStatus()
                                          : Damaged(file.path);
  }
  if (n < 0 || sent_bytes_ != file.size_bytes ||
      sha256_->HexDigest() != file.sha256) {
    return Damaged(file.path);
  }
  message_.Clear();
  files_.pop_back();
  in_file_ = false;
  return absl::OkStatus();
}

}  // namespace tunesmith::server
