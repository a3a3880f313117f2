#include "server/api/dataset_service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/api/answer.h"
#include "server/api/artifact_draft.h"
#include "server/api/file_copy.h"
#include "server/api/identity.h"
#include "server/api/listing.h"
#include "server/api/mutation_call.h"
#include "server/api/record_intake.h"
#include "server/api/request_check.h"
#include "server/api/trim_for_list.h"
#include "server/api/upload_reactor.h"
#include "server/catalog/dataset_catalog.h"
#include "server/lifecycle/catalog_commands.h"

namespace tunesmith::server {
namespace {

// A dataset's bytes in the artifact store, and what is to be recorded.
struct TakenDataset {
  NewDataset dataset;
  std::shared_ptr<ArtifactDraft> draft;
};

// Opens and copies what the request names. Does I/O.
absl::StatusOr<TakenDataset> TakeFile(const ApiContext& api,
                                      const std::string& tenant,
                                      const v1::CreateDatasetRequest& request,
                                      absl::FunctionRef<bool()> should_stop) {
  TUNESMITH_RETURN_IF_ERROR(
      CheckDatasetIdIsFree(api, tenant, request.dataset_id()));
  TUNESMITH_ASSIGN_OR_RETURN(AllowedRoots::Opened opened,
                             api.data_roots->OpenFile(request.uri()));
  TakenDataset taken;
  NewDataset& dataset = taken.dataset;
  dataset.id = request.dataset_id();
  dataset.uid = api.lifecycle.new_uid();
  dataset.dataset = request.dataset();
  dataset.file_name = SafeFileName(opened.base_name);
  TUNESMITH_ASSIGN_OR_RETURN(
      taken.draft,
      ArtifactDraft::Begin(api.artifacts, api.drafts, dataset.uid));
  TUNESMITH_ASSIGN_OR_RETURN(
      FileDigest digest,
      CopyToFile(opened.fd.get(),
                 absl::StrCat(taken.draft->directory(), "/", dataset.file_name),
                 {api.max_dataset_bytes, "--max-dataset-bytes", should_stop}));
  dataset.dataset.set_source(request.uri());
  dataset.dataset.set_digest(digest.sha256);
  dataset.dataset.set_size_bytes(digest.size_bytes);
  TUNESMITH_ASSIGN_OR_RETURN(dataset.artifact,
                             taken.draft->Seal(digest.size_bytes));
  return taken;
}

absl::Status CheckCreate(const v1::CreateDatasetRequest& request) {
  RequestCheck check;
  absl::StatusOr<std::string> path = PathOfFileUri(request.uri());
  if (!path.ok()) {
    check.Add("uri", std::string(path.status().message()));
  }
  std::string file_name =
      path.ok() ? SafeFileName(path->substr(path->rfind('/') + 1)) : "";
  check.AddAll(CheckNewDataset(request.dataset_id(), request.dataset(),
                               file_name, "dataset"));
  return check.ToStatus();
}

}  // namespace

grpc::ServerUnaryReactor* DatasetService::CreateDataset(
    grpc::CallbackServerContext* context,
    const v1::CreateDatasetRequest* request, v1::Dataset* response) {
  absl::Status status = CheckNotDraining(api_);
  if (status.ok()) status = CheckCreate(*request);
  if (!status.ok()) return AnswerNow(context, status);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  api_.files->Run([this, context, request, response, reactor] {
    Mutation mutation = MutationOf(CallerOf(*context), *request);
    auto earlier = RecallNow<v1::Dataset>(api_, mutation);
    if (!earlier.ok() || earlier->has_value()) {
      if (earlier.ok()) *response = **std::move(earlier);
      reactor->Finish(ToAnswer(earlier.status()));
      return;
    }
    absl::StatusOr<TakenDataset> taken =
        TakeFile(api_, mutation.caller.tenant, *request, [this, context] {
          return api_.draining->load() || context->IsCancelled();
        });
    if (!taken.ok()) {
      absl::Status draining = CheckNotDraining(api_);
      reactor->Finish(ToAnswer(draining.ok() ? taken.status() : draining));
      return;
    }
    StoreDataset(api_, std::move(mutation), std::move(taken->dataset),
                 std::move(taken->draft),
                 [response, reactor](absl::StatusOr<v1::Dataset> stored) {
                   if (stored.ok()) *response = *std::move(stored);
                   reactor->Finish(ToAnswer(stored.status()));
                 });
  });
  return reactor;
}

grpc::ServerReadReactor<v1::UploadDatasetRequest>*
DatasetService::UploadDataset(grpc::CallbackServerContext* context,
                              v1::Dataset* response) {
  return new UploadReactor(api_, context, response);
}

grpc::ServerUnaryReactor* DatasetService::GetDataset(
    grpc::CallbackServerContext* context, const v1::GetDatasetRequest* request,
    v1::Dataset* response) {
  RequestCheck check;
  std::string id = check.Name("name", ResourceKind::kDataset, request->name());
  if (absl::Status status = check.ToStatus(); !status.ok()) {
    return AnswerNow(context, status);
  }
  return AnswerFromRead(context, api_,
                        [tenant = TenantOf(*context), id,
                         response](Connection& db) -> absl::Status {
                          TUNESMITH_ASSIGN_OR_RETURN(
                              DatasetRow row,
                              DatasetCatalog::Get(db, tenant, id));
                          *response = std::move(row.dataset);
                          return absl::OkStatus();
                        });
}

grpc::ServerUnaryReactor* DatasetService::ListDatasets(
    grpc::CallbackServerContext* context,
    const v1::ListDatasetsRequest* request,
    v1::ListDatasetsResponse* response) {
  RequestCheck check;
  int limit = check.PageSize(request->page_size(), 50, 500);
  Listing listing = ListingOf("ListDatasets", *request);
  absl::StatusOr<int64_t> before =
      ParseNumberToken(listing, request->page_token(), kNewest);
  absl::Status status = check.ToStatus();
  if (status.ok()) status = before.status();
  if (!status.ok()) return AnswerNow(context, status);
  return AnswerFromRead(
      context, api_,
      [tenant = TenantOf(*context), listing, before = *before, limit,
       response](Connection& db) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(
            std::vector<DatasetRow> rows,
            DatasetCatalog::List(db, tenant, before, limit + 1));
        for (DatasetRow& row : rows) TrimForList(row.dataset);
        response->set_next_page_token(FillPage(rows, limit, listing,
                                               &DatasetRow::dataset,
                                               response->mutable_datasets()));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* DatasetService::DeleteDataset(
    grpc::CallbackServerContext* context,
    const v1::DeleteDatasetRequest* request,
    google::protobuf::Empty* response) {
  RequestCheck check;
  std::string id = check.Name("name", ResourceKind::kDataset, request->name());
  if (absl::Status status = check.ToStatus(); !status.ok()) {
    return AnswerNow(context, status);
  }
  return AnswerMutation(
      context, api_, request, response,
      [lifecycle = api_.lifecycle, tenant = TenantOf(*context), id,
       request](Transaction& tx) {
        return EmptyAnswer(
            server::DeleteDataset(tx, lifecycle, tenant, id, request->etag()));
      });
}

grpc::ServerUnaryReactor* DatasetService::ListDatasetFindings(
    grpc::CallbackServerContext* context,
    const v1::ListDatasetFindingsRequest* request,
    v1::ListDatasetFindingsResponse* response) {
  RequestCheck check;
  std::string id = check.Name("name", ResourceKind::kDataset, request->name());
  int limit = check.PageSize(request->page_size(), 100, 1000);
  Listing listing = ListingOf("ListDatasetFindings", *request);
  absl::StatusOr<int64_t> after =
      ParseNumberToken(listing, request->page_token(), 0);
  absl::Status status = check.ToStatus();
  if (status.ok()) status = after.status();
  if (!status.ok()) return AnswerNow(context, status);
  return AnswerFromRead(
      context, api_,
      [tenant = TenantOf(*context), id, listing, after = *after, limit,
       response](Connection& db) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(DatasetRow row,
                                   DatasetCatalog::Get(db, tenant, id));
        TUNESMITH_ASSIGN_OR_RETURN(
            std::vector<v1::Finding> findings,
            DatasetCatalog::ListFindings(db, tenant, row.dataset.uid(), after,
                                         limit + 1));
        PageBytes bytes;
        for (v1::Finding& finding : findings) {
          const int taken = response->findings_size();
          if (taken == limit || !bytes.Take(finding)) {
            response->set_next_page_token(
                MakePageToken(listing, absl::StrCat(after + taken)));
            break;
          }
          *response->add_findings() = std::move(finding);
        }
        return absl::OkStatus();
      });
}

}  // namespace tunesmith::server
