#include "server/lifecycle/queue_training.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/classification.h"
#include "proto/contract/error.h"
#include "server/jobs/defaulted_fields.h"
#include "server/jobs/freeze.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {
namespace {

// A repetition wants the kind of device that the original ran on, unless the
// spec says which: on another one the bits would differ.
v1::Resources::DeviceKind KindOfDevice(const v1::JobSpec& spec,
                                       const v1::Execution& original) {
  if (spec.resources().device_kind() !=
      v1::Resources::DEVICE_KIND_UNSPECIFIED) {
    return spec.resources().device_kind();
  }
  if (original.device() == "cpu") return v1::Resources::CPU;
  if (absl::StartsWith(original.device(), "cuda")) return v1::Resources::CUDA;
  return v1::Resources::DEVICE_KIND_UNSPECIFIED;
}

// What a training has beside data and base model.
absl::Status AddTraining(const JobInputs& inputs,
                         internal::v1::TrainWork& work) {
  const v1::JobSpec& spec = work.spec();
  const Classification task(spec.task());
  FreezeTable freeze =
      ResolveFreeze(spec.freeze(), inputs.model.facts, task.type(),
                    task.labels().size(), "spec.freeze");
  ResolveLearningRates(spec.hyperparameters(), "spec.hyperparameters", freeze);
  if (!freeze.violations.empty()) return InvalidFieldsError(freeze.violations);
  *work.mutable_training() = inputs.training.Input();
  for (v1::ParameterFreeze& row : freeze.parameters) {
    *work.add_parameters() = std::move(row);
  }
  return absl::OkStatus();
}

}  // namespace

SlotNeeds NeedsOf(const v1::JobSpec& spec, const v1::Execution& original) {
  return {.purpose = v1::Slot::TRAINING,
          .device_kind = KindOfDevice(spec, original),
          .device_memory_bytes = spec.resources().device_memory_bytes()};
}

std::string OutputKey(const std::string& model_uid, int64_t fence) {
  return absl::StrCat(model_uid, "/", fence);
}

std::string ReservedModelUid(const std::string& output_key) {
  return output_key.substr(0, output_key.find('/'));
}

absl::Status QueueTraining(Transaction& tx, const LifecycleContext& context,
                           const v1::Job& job,
                           const internal::v1::TrainWork& begin) {
  const v1::JobSpec& spec = job.resolved_spec();
  NewWorkItem item;
  item.uid = context.new_uid();
  item.tenant = job.tenant();
  item.subject = job.name();
  item.subject_uid = job.uid();
  item.needs = NeedsOf(spec, begin.execution());
  item.priority = job.priority();
  item.preempts = job.preempts();
  // Of a job that is retried: attempts and fences go on. They grow together.
  item.attempt = job.attempt();
  item.fence = job.attempt();
  item.max_attempts = spec.max_attempts();
  internal::v1::TrainWork& work = *item.payload.mutable_train();
  work = begin;
  work.set_job(job.name());
  if (spec.purpose() != v1::JobSpec::EVALUATE) {
    work.set_output_key(OutputKey(context.new_uid(), 0));
  }
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::Add(tx, item));
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return absl::OkStatus();
}

absl::Status DescribeTraining(Connection& db, const v1::Job& job,
                              internal::v1::TrainWork& work) {
  const v1::JobSpec& spec = job.resolved_spec();
  TUNESMITH_ASSIGN_OR_RETURN(JobInputs inputs,
                             LoadJobInputs(db, job.tenant(), job.spec()));
  *work.mutable_spec() = spec;
  work.clear_defaulted_fields();
  for (std::string& field : DefaultedFields(job.spec(), spec)) {
    work.add_defaulted_fields(std::move(field));
  }
  *work.mutable_base_model() = inputs.model.Input();
  if (inputs.validation)
    *work.mutable_validation() = inputs.validation->Input();
  if (inputs.test) *work.mutable_test() = inputs.test->Input();
  work.clear_parameters();
  if (spec.purpose() == v1::JobSpec::EVALUATE) return absl::OkStatus();
  return AddTraining(inputs, work);
}

}  // namespace tunesmith::server
