#include "server/jobs/fork_spec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/field_mask_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "proto/contract/set_fields.h"
#include "server/jobs/field_scope.h"

namespace tunesmith::server {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::util::FieldMaskUtil;
using google::protobuf::util::MessageDifferencer;

constexpr char kMustStay[] =
    "must stay in a fork, since its position in the data would mean nothing; "
    "submit a job whose base_model is the other one's";

bool Equal(const google::protobuf::Message& a,
           const google::protobuf::Message& b) {
  return MessageDifferencer::Equals(a, b);
}

void CheckSteps(const v1::Hyperparameters& fork,
                const v1::Checkpoint& checkpoint, const FieldScope& scope) {
  if (fork.has_max_steps() && fork.max_steps() <= checkpoint.step()) {
    scope.Add("max_steps",
              absl::StrCat("must be above the checkpoint's ", checkpoint.step(),
                           ", got: ", fork.max_steps()));
  }
  if (fork.has_epochs() && fork.epochs() <= checkpoint.epoch()) {
    scope.Add("epochs",
              absl::StrCat("must be above the checkpoint's ",
                           checkpoint.epoch(), ", got: ", fork.epochs()));
  }
}

}  // namespace

std::vector<FieldViolation> CheckSpecMask(const FieldMask& mask) {
  std::vector<FieldViolation> violations;
  for (int i = 0; i < mask.paths_size(); ++i) {
    if (FieldMaskUtil::IsValidPath<v1::JobSpec>(mask.paths(i))) continue;
    violations.push_back({absl::StrCat("update_mask.paths[", i, "]"),
                          "not a field of a spec: " + Quoted(mask.paths(i))});
  }
  return violations;
}

v1::JobSpec ChangedSpec(v1::JobSpec spec, const v1::JobSpec& changes,
                        const FieldMask& mask) {
  FieldMask fields = mask;
  if (fields.paths().empty()) {
    for (SetField& field : ListSetFields(changes)) {
      fields.add_paths(std::move(field.path));
    }
  }
  FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(changes, fields, options, &spec);
  return spec;
}

std::vector<FieldViolation> CheckFork(const v1::JobSpec& original,
                                      const v1::JobSpec& fork,
                                      const v1::Checkpoint& checkpoint,
                                      const std::string& prefix) {
  std::vector<FieldViolation> violations;
  FieldScope scope(prefix, &violations);
  FieldScope hyperparameters = scope.At("hyperparameters");
  if (fork.base_model() != original.base_model()) {
    scope.Add("base_model", kMustStay);
  }
  if (!Equal(fork.task(), original.task())) scope.Add("task", kMustStay);
  if (!Equal(fork.data(), original.data())) scope.Add("data", kMustStay);
  if (fork.seed() != original.seed()) scope.Add("seed", kMustStay);
  if (fork.hyperparameters().batch_size() !=
      original.hyperparameters().batch_size()) {
    hyperparameters.Add("batch_size", kMustStay);
  }
  CheckSteps(fork.hyperparameters(), checkpoint, hyperparameters);
  return violations;
}

}  // namespace tunesmith::server
