#ifndef TUNESMITH_SERVER_JOBS_CHECK_SPEC_H_
#define TUNESMITH_SERVER_JOBS_CHECK_SPEC_H_

#include "server/jobs/field_scope.h"
#include "tunesmith/v1/job_spec.pb.h"

// The parts of CheckSpec, each for one message. A message that is not set is
// checked as an empty one: nothing in it is wrong, but what it requires.

namespace tunesmith::server {

void CheckTask(const v1::Task& task, const FieldScope& scope);
void CheckHyperparameters(const v1::Hyperparameters& hyperparameters,
                          const FieldScope& scope);
// A policy that is set. What only a model can tell is checked by
// ResolveFreeze.
void CheckFreezePolicy(const v1::FreezePolicy& policy, const FieldScope& scope);

// An augmentation that is set.
void CheckAugmentation(const v1::Augmentation& augmentation,
                       const FieldScope& scope);

// The fields of Hyperparameters that make learning rates differ.
void CheckLearningRates(const v1::Hyperparameters& values,
                        const FieldScope& scope);

// A job that measures says nothing about training.
void CheckNothingTrains(const v1::JobSpec& spec, const FieldScope& scope);

// Whether any data are left to validate on, as far as the spec tells: a split
// column may hold some.
bool HasValidation(const v1::Data& data);

// Most labels of a classification.
inline constexpr int kMaxLabels = 32'768;
inline constexpr int kMinLabels = 2;
inline constexpr char kDefaultTextColumn[] = "text";
inline constexpr char kDefaultImageColumn[] = "image";
inline constexpr char kDefaultLabelColumn[] = "label";
// Column of IMAGES with the folders of splits.
inline constexpr char kSplitColumn[] = "split";

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_CHECK_SPEC_H_
