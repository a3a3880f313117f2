#ifndef TUNESMITH_SERVER_JOBS_SPLIT_FIT_H_
#define TUNESMITH_SERVER_JOBS_SPLIT_FIT_H_

#include "server/jobs/input_fit.h"

namespace tunesmith::server {

// The defaults that a column with the rows' splits decides, before the others:
// `data.split_column`, and what follows where it holds validation rows or none.
// Leaves what is set.
void ChooseSplits(const SpecInputs& inputs, v1::JobSpec& spec);

// What `data.split_column` holds makes sense.
void FitSplits(const SpecInputs& inputs, Resolution& resolution);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_SPLIT_FIT_H_
