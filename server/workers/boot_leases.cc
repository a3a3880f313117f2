#include "server/workers/boot_leases.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/work_commands.h"
#include "server/workers/job_subject.h"
#include "server/workers/lease_clock.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {

BootLeases::BootLeases(const WorkersContext* context, std::string worker_id,
                       int64_t boot_id)
    : context_(context), worker_id_(std::move(worker_id)), boot_id_(boot_id) {}

absl::Status BootLeases::EndOlder(Transaction& tx) const {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<WorkRow> rows,
                             WorkQueue::ListLeasedTo(tx.db(), worker_id_));
  for (const WorkRow& row : rows) {
    if (row.worker_boot == boot_id_) continue;
    TUNESMITH_RETURN_IF_ERROR(ExpireLease(tx, context_->lifecycle, row.lease(),
                                          "the worker restarted"));
  }
  return absl::OkStatus();
}

std::vector<WorkerRegistry::Assignment> BootLeases::List() const {
  std::vector<WorkerRegistry::Assignment> rows =
      context_->registry->AssignmentsOf(worker_id_);
  std::erase_if(rows, [this](const WorkerRegistry::Assignment& row) {
    return row->worker_boot != boot_id_;
  });
  return rows;
}

WorkerRegistry::Assignment BootLeases::Find(const LeaseKey& lease) const {
  WorkerRegistry::Assignment row =
      context_->registry->FindAssignment(worker_id_, lease);
  return row != nullptr && row->worker_boot == boot_id_ ? row : nullptr;
}

void BootLeases::Renew(const LeaseKey& lease) const {
  context_->lifecycle.leases->RenewIfHeld(
      lease, context_->clock->Monotonic() + context_->lease_term);
}

void BootLeases::RenewAll() const {
  for (const WorkerRegistry::Assignment& row : List()) Renew(row->lease());
}

void BootLeases::Take(const internal::v1::Report& report) const {
  for (const internal::v1::Report::Running& running : report.running()) {
    LeaseKey lease = {running.item_uid(), running.fence()};
    WorkerRegistry::Assignment row = Find(lease);
    if (row == nullptr) continue;
    Renew(lease);
    std::optional<JobKey> job = JobOf(*row);
    if (job.has_value() && running.has_progress()) {
      context_->lifecycle.hub->NotifyProgress(*job, running.progress());
    }
  }
}

void BootLeases::Shorten() const {
  context_->lifecycle.leases->Shorten(
      worker_id_, context_->clock->Monotonic() + context_->disconnect_grace);
  context_->lease_clock->Wake();
}

void BootLeases::GiveUp(const LeaseKey& lease,
                        const absl::Status& cause) const {
  context_->store->Write(
      [context = context_, lease,
       message = std::string(cause.message())](Transaction& tx) {
        return ExpireLease(
            tx, context->lifecycle, lease,
            absl::StrCat("what the worker reported was refused: ", message));
      },
      [lease](absl::Status status) {
        if (status.ok()) return;
        spdlog::error("lease not given up item={} fence={} error=\"{}\"",
                      lease.item_uid, lease.fence, status.ToString());
      });
}

}  // namespace tunesmith::server
