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
absl::Status AddTraining(const LifecycleContext& context,
                         const JobInputs& inputs,
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
  work.set_output_key(OutputKey(context.new_uid(), 0));
  return absl::OkStatus();
}

}  // namespace

std::string OutputKey(const std::string& model_uid, int64_t fence) {
  return absl::StrCat(model_uid, "/", fence);
}

std::string ReservedModelUid(const std::string& output_key) {
  return output_key.substr(0, output_key.find('/'));
}

absl::Status QueueTraining(Transaction& tx, const LifecycleContext& context,
                           const v1::Job& job, const JobInputs& inputs,
                           const internal::v1::TrainWork& begin) {
  const v1::JobSpec& spec = job.resolved_spec();
  NewWorkItem item;
  item.uid = context.new_uid();
  item.tenant = job.tenant();
  item.subject = job.name();
  item.subject_uid = job.uid();
  item.needs.purpose = v1::Slot::TRAINING;
  item.needs.device_kind = KindOfDevice(spec, begin.execution());
  item.needs.device_memory_bytes = spec.resources().device_memory_bytes();
  item.priority = job.priority();
  item.max_attempts = spec.max_attempts();
  internal::v1::TrainWork& work = *item.payload.mutable_train();
  work = begin;
  work.set_job(job.name());
  *work.mutable_spec() = spec;
  for (std::string& field : DefaultedFields(job.spec(), spec)) {
    work.add_defaulted_fields(std::move(field));
  }
  *work.mutable_base_model() = inputs.model.Input();
  if (inputs.validation)
    *work.mutable_validation() = inputs.validation->Input();
  if (inputs.test) *work.mutable_test() = inputs.test->Input();
  if (spec.purpose() != v1::JobSpec::EVALUATE) {
    TUNESMITH_RETURN_IF_ERROR(AddTraining(context, inputs, work));
  }
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::Add(tx, item));
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return absl::OkStatus();
}

}  // namespace tunesmith::server
