#include "server/api/storage_service.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "server/api/answer.h"
#include "server/api/identity.h"
#include "server/api/listing.h"
#include "server/api/request_check.h"
#include "server/lifecycle/mutation.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

using v1::StoredItem;

constexpr int kMostPruned = 500;

// Answers from the file pool with what `work` returns.
grpc::ServerUnaryReactor* AnswerFromFiles(
    grpc::CallbackServerContext* context, const ApiContext& api,
    absl::AnyInvocable<absl::Status()> work) {
  if (absl::Status status = CheckNotDraining(api); !status.ok()) {
    return AnswerNow(context, status);
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  api.files->Run([context, reactor, work = std::move(work)]() mutable {
    reactor->Finish(IsOver(*context) ? grpc::Status::CANCELLED
                                     : ToAnswer(work()));
  });
  return reactor;
}

bool IsSeenBy(const std::string& tenant, const SurveyedItem& surveyed) {
  return surveyed.tenant.empty() || surveyed.tenant == tenant;
}

void DescribePolicy(const RetentionPolicy& policy, v1::Storage& storage) {
  if (policy.checkpoints.has_value()) {
    *storage.mutable_checkpoint_retention() =
        ToWireDuration(*policy.checkpoints);
  }
  if (policy.jobs.has_value()) {
    *storage.mutable_job_retention() = ToWireDuration(*policy.jobs);
  }
  storage.set_max_ended_jobs(policy.max_ended_jobs);
  *storage.mutable_quarantine_retention() = ToWireDuration(policy.quarantined);
}

absl::Status Describe(const StorageKeeper& keeper, const std::string& tenant,
                      v1::Storage& storage) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<SurveyedItem> items, keeper.Survey());
  TUNESMITH_ASSIGN_OR_RETURN(DiskSpace space, keeper.ReadSpace());
  std::map<StoredItem::Kind, v1::Storage::Use> uses;
  for (int kind = StoredItem::Kind_MIN + 1; kind <= StoredItem::Kind_MAX;
       ++kind) {
    uses[static_cast<StoredItem::Kind>(kind)];
  }
  for (const SurveyedItem& surveyed : items) {
    if (!IsSeenBy(tenant, surveyed)) continue;
    v1::Storage::Use& use = uses[surveyed.item.kind()];
    use.set_count(use.count() + 1);
    use.set_size_bytes(use.size_bytes() + surveyed.item.size_bytes());
    use.set_prunable_bytes(use.prunable_bytes() + surveyed.prunable_bytes);
  }
  for (auto& [kind, use] : uses) {
    use.set_kind(kind);
    *storage.add_uses() = std::move(use);
  }
  storage.set_free_bytes(space.free_bytes);
  storage.set_capacity_bytes(space.capacity_bytes);
  DescribePolicy(keeper.policy(), storage);
  return absl::OkStatus();
}

// What a page ends with, to go on after it: where the item stands in the order.
absl::StatusOr<StoredItem> ParseCursor(const Listing& listing,
                                       const std::string& token) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string cursor,
                             ParsePageToken(listing, token));
  StoredItem last;
  if (!last.ParseFromString(cursor)) return BadPageTokenError();
  return last;
}

std::string MakeCursor(const Listing& listing, StoredItem last) {
  last.clear_kept_because();
  last.clear_expire_time();
  return MakePageToken(listing, last.SerializeAsString());
}

struct PageRequest {
  StoredItem::Kind kind = StoredItem::KIND_UNSPECIFIED;
  int limit = 0;
  Listing listing;
  std::optional<StoredItem> after;
};

absl::StatusOr<PageRequest> CheckList(
    const v1::ListStoredItemsRequest& request) {
  RequestCheck check;
  PageRequest page;
  page.limit = check.PageSize(request.page_size(), 50, 500);
  page.kind = request.kind();
  if (!StoredItem::Kind_IsValid(request.kind())) {
    check.Add("kind", "not a kind of what is stored");
  }
  TUNESMITH_RETURN_IF_ERROR(check.ToStatus());
  page.listing = ListingOf("ListStoredItems", request);
  if (!request.page_token().empty()) {
    TUNESMITH_ASSIGN_OR_RETURN(page.after,
                               ParseCursor(page.listing, request.page_token()));
  }
  return page;
}

absl::Status ListPage(const StorageKeeper& keeper, const std::string& tenant,
                      const PageRequest& page,
                      v1::ListStoredItemsResponse& response) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<SurveyedItem> items, keeper.Survey());
  PageBytes bytes;
  for (SurveyedItem& surveyed : items) {
    StoredItem& item = surveyed.item;
    if (!IsSeenBy(tenant, surveyed)) continue;
    if (page.kind != StoredItem::KIND_UNSPECIFIED && page.kind != item.kind()) {
      continue;
    }
    if (page.after.has_value() && !IsListedBefore(*page.after, item)) continue;
    if (response.items_size() == page.limit || !bytes.Take(item)) {
      response.set_next_page_token(
          MakeCursor(page.listing, *response.items().rbegin()));
      break;
    }
    *response.add_items() = std::move(item);
  }
  return absl::OkStatus();
}

absl::StatusOr<PruneRequest> CheckPrune(const v1::PruneStorageRequest& request,
                                        const std::string& tenant) {
  RequestCheck check;
  PruneRequest prune;
  prune.tenant = tenant;
  prune.validate_only = request.validate_only();
  prune.delete_quarantined = request.delete_quarantined();
  prune.older_than = FromWireDuration(request.older_than());
  if (*prune.older_than < absl::ZeroDuration()) {
    check.Add("older_than", "must be at least 0");
  }
  TUNESMITH_RETURN_IF_ERROR(check.ToStatus());
  return prune;
}

absl::Status Prune(const ApiContext& api, const Mutation& mutation,
                   const PruneRequest& request,
                   v1::PruneStorageResponse& response) {
  TUNESMITH_ASSIGN_OR_RETURN(PruneResult result, api.keeper->Prune(request));
  response.set_item_count(static_cast<int64_t>(result.items.size()));
  response.set_freed_bytes(result.freed_bytes);
  if (result.items.size() > kMostPruned) result.items.resize(kMostPruned);
  for (StoredItem& item : result.items) {
    *response.add_items() = std::move(item);
  }
  if (request.validate_only) return absl::OkStatus();
  return api.store->WriteAndWait([&](Transaction& tx) {
    return RecordMutation(tx, mutation, SubjectOf(response), response);
  });
}

}  // namespace

grpc::ServerUnaryReactor* StorageService::GetStorage(
    grpc::CallbackServerContext* context, const v1::GetStorageRequest*,
    v1::Storage* response) {
  return AnswerFromFiles(
      context, api_,
      [keeper = api_.keeper, tenant = TenantOf(*context), response] {
        return Describe(*keeper, tenant, *response);
      });
}

grpc::ServerUnaryReactor* StorageService::ListStoredItems(
    grpc::CallbackServerContext* context,
    const v1::ListStoredItemsRequest* request,
    v1::ListStoredItemsResponse* response) {
  absl::StatusOr<PageRequest> page = CheckList(*request);
  if (!page.ok()) return AnswerNow(context, page.status());
  return AnswerFromFiles(context, api_,
                         [keeper = api_.keeper, tenant = TenantOf(*context),
                          page = *std::move(page), response] {
                           return ListPage(*keeper, tenant, page, *response);
                         });
}

grpc::ServerUnaryReactor* StorageService::PruneStorage(
    grpc::CallbackServerContext* context,
    const v1::PruneStorageRequest* request,
    v1::PruneStorageResponse* response) {
  absl::StatusOr<PruneRequest> prune = CheckPrune(*request, TenantOf(*context));
  if (!prune.ok()) return AnswerNow(context, prune.status());
  prune->should_stop = [draining = api_.draining, context] {
    return draining->load() || context->IsCancelled();
  };
  return AnswerFromFiles(
      context, api_,
      [this, mutation = MutationOf(CallerOf(*context), *request),
       prune = *std::move(prune),
       response] { return Prune(api_, mutation, prune, *response); });
}

}  // namespace tunesmith::server
