#ifndef TUNESMITH_SERVER_JOBS_MEASURING_FIT_H_
#define TUNESMITH_SERVER_JOBS_MEASURING_FIT_H_

#include "server/jobs/input_fit.h"

// A job whose purpose is EVALUATE.

namespace tunesmith::server {

// Fills in what the model's own training read samples by, where it is known:
// the columns that test data have as well, the length of texts, what labels
// were before they were told apart. Leaves what is set.
void AdoptOrigin(const SpecInputs& inputs, v1::JobSpec& spec);

// The model has a head, whose labels become the job's, and test data fit it.
void FitMeasuring(const SpecInputs& inputs, Resolution& resolution);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_MEASURING_FIT_H_
