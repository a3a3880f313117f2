#ifndef TUNESMITH_SERVER_JOBS_AUGMENTATION_DEFAULTS_H_
#define TUNESMITH_SERVER_JOBS_AUGMENTATION_DEFAULTS_H_

#include "tunesmith/v1/augmentation.pb.h"
#include "tunesmith/v1/model.pb.h"

namespace tunesmith::server {

// Of a job that does not say: what keeps most of a picture's meaning; nothing
// where only the head trains.
v1::Augmentation DefaultAugmentation(bool head_only);

// Whether pictures differ from one epoch to the next.
bool IsVaried(const v1::Augmentation& augmentation);

// Fills in every default of an augmentation that is set, but those that a model
// decides. Leaves what is set.
void FillAugmentation(v1::Augmentation& augmentation);

// Fills in the model's mean and deviation, in an operation that is added when
// it is left out.
void FillNormalization(const v1::ImageInput& input,
                       v1::Augmentation& augmentation);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_AUGMENTATION_DEFAULTS_H_
