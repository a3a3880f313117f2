#include "tests/server/lifecycle/lifecycle_fixture.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"
#include "tests/server/testing/claim_next.h"

namespace tunesmith::server {

absl::StatusOr<v1::Model> TestControlPlane::Import(const std::string& id) {
  NewModel request;
  request.id = id;
  request.uid = "model-uid-" + id;
  request.model.set_license("MIT");
  request.artifact.set_key(request.uid + "/1");
  request.artifact.set_manifest_sha256("abc");
  return Run([&](Transaction& tx) {
    return ImportModel(tx, context, kTenant, request);
  });
}

absl::StatusOr<v1::Dataset> TestControlPlane::Upload(const std::string& id) {
  NewDataset request;
  request.id = id;
  request.uid = "dataset-uid-" + id;
  request.file_name = id + ".csv";
  request.artifact.set_key(request.uid + "/1");
  return Run([&](Transaction& tx) {
    return CreateDataset(tx, context, kTenant, request);
  });
}

void TestControlPlane::AddModel(const std::string& id) {
  Import(id).value();
  WorkRow row = Lease(v1::Slot::AUXILIARY).value();
  Report(row.lease(), {ImportedEvent(1)}).value();
}

void TestControlPlane::AddDataset(const std::string& id,
                                  const v1::Dataset& facts) {
  Upload(id).value();
  WorkRow row = Lease(v1::Slot::AUXILIARY).value();
  Report(row.lease(), {InspectedEvent(1, facts)}).value();
}

void TestControlPlane::AddInputs() {
  AddModel("bert");
  AddDataset("train",
             SampleDataset("datasets/train", {{"pos", 60}, {"neg", 40}}));
}

std::optional<WorkRow> TestControlPlane::Lease(v1::Slot::Purpose purpose,
                                               int slot,
                                               const std::string& worker) {
  FreeSlot place{.worker_id = worker,
                 .worker_boot = 1,
                 .slot = purpose == v1::Slot::AUXILIARY ? 100 + slot : slot,
                 .offer = {.purpose = purpose}};
  return Run([&](Transaction& tx) -> absl::StatusOr<std::optional<WorkRow>> {
           auto claimed = ClaimNext(tx, place);
           if (!claimed.ok() || !claimed->has_value()) return claimed;
           const WorkRow& row = **claimed;
           absl::Status started = StartAttempt(tx, context, row);
           if (!started.ok()) return started;
           tx.OnCommit([this, worker, lease = row.lease()] {
             leases.Renew(lease, worker, absl::Hours(1));
           });
           return WorkQueue::Find(tx.db(), row.uid);
         })
      .value();
}

v1::CreateJobRequest JobRequest(const std::string& id) {
  v1::CreateJobRequest request;
  request.set_job_id(id);
  *request.mutable_job()->mutable_spec() = SampleSpec();
  return request;
}

internal::v1::WorkEvent MetricEvent(int64_t sequence, int64_t step,
                                    double value) {
  internal::v1::WorkEvent event;
  event.set_sequence(sequence);
  event.mutable_metric()->set_name("loss");
  event.mutable_metric()->set_step(step);
  event.mutable_metric()->set_value(value);
  event.mutable_metric()->set_split(v1::TRAINING);
  return event;
}

internal::v1::WorkEvent FailureEvent(int64_t sequence, v1::ErrorReason reason,
                                     bool retryable) {
  internal::v1::WorkEvent event;
  event.set_sequence(sequence);
  *event.mutable_outcome()->mutable_error() = ToRpcStatus(
      MakeError(absl::StatusCode::kAborted, reason, ErrorReasonName(reason)));
  event.mutable_outcome()->set_retryable(retryable);
  return event;
}

internal::v1::WorkEvent PlaceFaultEvent(int64_t sequence,
                                        v1::PlaceFault fault) {
  internal::v1::WorkEvent event =
      FailureEvent(sequence, v1::ERROR_REASON_INTERNAL, /*retryable=*/true);
  event.mutable_outcome()->set_place_fault(fault);
  return event;
}

internal::v1::WorkEvent SuspendedEvent(int64_t sequence) {
  internal::v1::WorkEvent event;
  event.set_sequence(sequence);
  event.mutable_outcome()->mutable_suspended();
  return event;
}

internal::v1::WorkEvent CheckpointEvent(int64_t sequence, const WorkRow& row,
                                        int64_t step, bool best) {
  internal::v1::WorkEvent event;
  event.set_sequence(sequence);
  internal::v1::CheckpointReport& report = *event.mutable_checkpoint();
  report.set_step(step);
  report.set_best(best);
  report.set_digest(absl::StrCat("tensors after step ", step));
  report.mutable_artifact()->set_store("local");
  report.mutable_artifact()->set_key(
      absl::StrCat(row.item.train().checkpoint_group(), "/", step));
  report.mutable_artifact()->set_manifest_sha256(std::string(64, 'c'));
  return event;
}

internal::v1::WorkEvent StretchEvent(int64_t sequence) {
  internal::v1::WorkEvent event;
  event.set_sequence(sequence);
  event.mutable_outcome()->mutable_stretch();
  return event;
}

internal::v1::WorkEvent SuccessEvent(int64_t sequence, const WorkRow& row) {
  internal::v1::WorkEvent event;
  event.set_sequence(sequence);
  auto& result = *event.mutable_outcome()->mutable_train();
  result.mutable_artifact()->set_key(row.item.train().output_key());
  result.mutable_artifact()->set_manifest_sha256("def");
  result.set_weights_digest("weights");
  *result.mutable_model() = SampleFacts();
  *result.mutable_model()->mutable_model() = SampleModel();
  return event;
}

internal::v1::WorkEvent InspectedEvent(int64_t sequence,
                                       const v1::Dataset& facts) {
  internal::v1::WorkEvent event;
  event.set_sequence(sequence);
  *event.mutable_outcome()->mutable_inspect()->mutable_facts() = facts;
  return event;
}

internal::v1::WorkEvent ImportedEvent(int64_t sequence) {
  internal::v1::WorkEvent event;
  event.set_sequence(sequence);
  auto& model = *event.mutable_outcome()->mutable_import()->mutable_model();
  model = SampleFacts();
  *model.mutable_model() = SampleModel();
  return event;
}

}  // namespace tunesmith::server
