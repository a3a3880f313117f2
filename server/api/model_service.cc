#include "server/api/model_service.h"

#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/api/answer.h"
#include "server/api/artifact_draft.h"
#include "server/api/download_reactor.h"
#include "server/api/identity.h"
#include "server/api/listing.h"
#include "server/api/model_intake.h"
#include "server/api/mutation_call.h"
#include "server/api/network_config.h"
#include "server/api/ready_model.h"
#include "server/api/record_intake.h"
#include "server/api/request_check.h"
#include "server/api/trim_for_list.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/catalog_commands.h"

namespace tunesmith::server {
namespace {

// A model's files in the artifact store, and what is to be recorded.
struct TakenModel {
  NewModel model;
  std::shared_ptr<ArtifactDraft> draft;
};

// Opens and copies what the request names. Does I/O.
absl::StatusOr<TakenModel> TakeDirectory(const ApiContext& api,
                                         const std::string& tenant,
                                         const v1::ImportModelRequest& request,
                                         absl::FunctionRef<bool()> stop) {
  TUNESMITH_RETURN_IF_ERROR(
      CheckModelIdIsFree(api, tenant, request.model_id()));
  TUNESMITH_ASSIGN_OR_RETURN(AllowedRoots::Opened opened,
                             api.model_roots->OpenDirectory(request.uri()));
  TakenModel taken;
  taken.model.id = request.model_id();
  taken.model.uid = api.lifecycle.new_uid();
  taken.model.model = request.model();
  v1::Model::Origin origin;
  origin.set_source(request.uri());
  origin.set_revision(request.model().origin().revision());
  *taken.model.model.mutable_origin() = std::move(origin);
  TUNESMITH_ASSIGN_OR_RETURN(
      taken.draft,
      ArtifactDraft::Begin(api.artifacts, api.drafts, taken.model.uid));
  std::string target = absl::StrCat(taken.draft->directory(), "/model");
  if (mkdir(target.c_str(), 0755) != 0) {
    return absl::InternalError(absl::StrCat("cannot make ", target));
  }
  std::optional<std::string> config;
  if (request.has_network()) config = ConfigOfNetwork(request.network());
  TUNESMITH_ASSIGN_OR_RETURN(
      int64_t size_bytes,
      CopyModelDirectory(opened.fd.get(), config, target,
                         {api.max_model_bytes, "--max-model-bytes", stop}));
  TUNESMITH_ASSIGN_OR_RETURN(taken.model.artifact,
                             taken.draft->Seal(size_bytes));
  return taken;
}

absl::Status CheckImport(const v1::ImportModelRequest& request) {
  RequestCheck check;
  if (absl::Status path = PathOfFileUri(request.uri()).status(); !path.ok()) {
    check.Add("uri", std::string(path.message()));
  }
  check.AddAll(CheckNewModel(request.model_id(), request.model(), "model"));
  if (request.has_network()) {
    std::vector<FieldViolation> violations;
    CheckNetwork(request.network(), FieldScope("network", &violations));
    check.AddAll(std::move(violations));
  }
  return check.ToStatus();
}

}  // namespace

grpc::ServerUnaryReactor* ModelService::ImportModel(
    grpc::CallbackServerContext* context, const v1::ImportModelRequest* request,
    v1::Model* response) {
  absl::Status status = CheckNotDraining(api_);
  if (status.ok()) status = CheckImport(*request);
  if (!status.ok()) return AnswerNow(context, status);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  api_.files->Run([this, context, request, response, reactor] {
    Mutation mutation = MutationOf(CallerOf(*context), *request);
    auto earlier = RecallNow<v1::Model>(api_, mutation);
    if (!earlier.ok() || earlier->has_value()) {
      if (earlier.ok()) *response = **std::move(earlier);
      reactor->Finish(ToAnswer(earlier.status()));
      return;
    }
    absl::StatusOr<TakenModel> taken =
        TakeDirectory(api_, mutation.caller.tenant, *request, [this, context] {
          return api_.draining->load() || context->IsCancelled();
        });
    if (!taken.ok()) {
      absl::Status draining = CheckNotDraining(api_);
      reactor->Finish(ToAnswer(draining.ok() ? taken.status() : draining));
      return;
    }
    StoreModel(api_, std::move(mutation), std::move(taken->model),
               std::move(taken->draft),
               [response, reactor](absl::StatusOr<v1::Model> stored) {
                 if (stored.ok()) *response = *std::move(stored);
                 reactor->Finish(ToAnswer(stored.status()));
               });
  });
  return reactor;
}

grpc::ServerUnaryReactor* ModelService::GetModel(
    grpc::CallbackServerContext* context, const v1::GetModelRequest* request,
    v1::Model* response) {
  RequestCheck check;
  std::string id = check.Name("name", ResourceKind::kModel, request->name());
  if (absl::Status status = check.ToStatus(); !status.ok()) {
    return AnswerNow(context, status);
  }
  return AnswerFromRead(context, api_,
                        [tenant = TenantOf(*context), id,
                         response](Connection& db) -> absl::Status {
                          TUNESMITH_ASSIGN_OR_RETURN(
                              ModelRow row, ModelCatalog::Get(db, tenant, id));
                          *response = std::move(row.model);
                          return absl::OkStatus();
                        });
}

grpc::ServerUnaryReactor* ModelService::ListModels(
    grpc::CallbackServerContext* context, const v1::ListModelsRequest* request,
    v1::ListModelsResponse* response) {
  RequestCheck check;
  int limit = check.PageSize(request->page_size(), 50, 500);
  if (!v1::TaskType_IsValid(request->task())) {
    check.Add("task", "not a task");
  }
  if (request->max_parameter_count() < 0) {
    check.Add("max_parameter_count", "must be at least 0");
  }
  ModelFilter filter;
  filter.task = request->task();
  filter.family = request->family();
  if (request->has_max_parameter_count()) {
    filter.max_parameter_count = request->max_parameter_count();
  }
  Listing listing = ListingOf("ListModels", *request);
  absl::StatusOr<int64_t> before =
      ParseNumberToken(listing, request->page_token(), kNewest);
  absl::Status status = check.ToStatus();
  if (status.ok()) status = before.status();
  if (!status.ok()) return AnswerNow(context, status);
  return AnswerFromRead(
      context, api_,
      [tenant = TenantOf(*context), filter, listing, before = *before, limit,
       response](Connection& db) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(
            std::vector<ModelRow> rows,
            ModelCatalog::List(db, tenant, filter, before, limit + 1));
        for (ModelRow& row : rows) TrimForList(row.model);
        response->set_next_page_token(FillPage(rows, limit, listing,
                                               &ModelRow::model,
                                               response->mutable_models()));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ModelService::DeleteModel(
    grpc::CallbackServerContext* context, const v1::DeleteModelRequest* request,
    google::protobuf::Empty* response) {
  RequestCheck check;
  std::string id = check.Name("name", ResourceKind::kModel, request->name());
  if (absl::Status status = check.ToStatus(); !status.ok()) {
    return AnswerNow(context, status);
  }
  return AnswerMutation(
      context, api_, request, response,
      [lifecycle = api_.lifecycle, tenant = TenantOf(*context), id,
       request](Transaction& tx) {
        return EmptyAnswer(
            server::DeleteModel(tx, lifecycle, tenant, id, request->etag()));
      });
}

grpc::ServerWriteReactor<v1::DownloadModelResponse>*
ModelService::DownloadModel(grpc::CallbackServerContext* context,
                            const v1::DownloadModelRequest* request) {
  return new DownloadReactor(api_, TenantOf(*context), request);
}

grpc::ServerUnaryReactor* ModelService::ListModelParameters(
    grpc::CallbackServerContext* context,
    const v1::ListModelParametersRequest* request,
    v1::ListModelParametersResponse* response) {
  RequestCheck check;
  std::string id = check.Name("name", ResourceKind::kModel, request->name());
  int limit = check.PageSize(request->page_size(), 1000, 10000);
  Listing listing = ListingOf("ListModelParameters", *request);
  absl::StatusOr<int64_t> first =
      ParseNumberToken(listing, request->page_token(), 0);
  absl::Status status = check.ToStatus();
  if (status.ok()) status = first.status();
  if (!status.ok()) return AnswerNow(context, status);
  return AnswerFromRead(
      context, api_,
      [tenant = TenantOf(*context), id, listing, first = *first, limit,
       response](Connection& db) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(ModelRow row, GetReadyModel(db, tenant, id));
        int64_t count = row.facts.parameters_size();
        int64_t begin = std::min(first, count);
        int64_t end = std::min(begin + limit, count);
        PageBytes bytes;
        for (int64_t i = begin; i < end; ++i) {
          if (!bytes.Take(row.facts.parameters(i))) {
            end = i;
            break;
          }
          response->add_parameters()->Swap(row.facts.mutable_parameters(i));
        }
        if (end < count) {
          response->set_next_page_token(
              MakePageToken(listing, absl::StrCat(end)));
        }
        return absl::OkStatus();
      });
}

}  // namespace tunesmith::server
