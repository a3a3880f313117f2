#ifndef TUNESMITH_SERVER_JOBS_SPEC_DEFAULTS_H_
#define TUNESMITH_SERVER_JOBS_SPEC_DEFAULTS_H_

#include <optional>

#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::server {

// What practitioners start with for a task.
struct TaskDefaults {
  v1::Task::KindCase task;
  // Whether only the head trains (feature extraction).
  bool head_only;
  double epochs;
  int batch_size;
  double learning_rate;
  double weight_decay;
  double warmup_fraction;
};

// The row of the table for a task that is set.
const TaskDefaults& DefaultsFor(v1::Task::KindCase task, bool head_only);

// Longest text of a job that does not say, where the model allows it.
inline constexpr int kDefaultMaxLength = 256;

// Fills in every default that needs no input to be known: all but the length
// limit, the labels, dropout, the learning rate and how pictures are
// normalised. Leaves what is set.
void FillDefaults(v1::JobSpec& spec);

// Fills in the learning rate.
void FillLearningRate(v1::JobSpec& spec, bool head_only);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_SPEC_DEFAULTS_H_
