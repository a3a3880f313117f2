#ifndef TUNESMITH_SERVER_JOBS_SPEC_DEFAULTS_H_
#define TUNESMITH_SERVER_JOBS_SPEC_DEFAULTS_H_

#include <optional>
#include <string_view>

#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::server {

// What practitioners start with for a task and a way of transfer learning.
struct TaskDefaults {
  v1::Task::KindCase task;
  v1::JobSpec::Recipe recipe;
  double epochs;
  int batch_size;
  double learning_rate;
  double weight_decay;
  double warmup_fraction;
  double layer_decay;
};

// The row of the table for a task and a recipe that are set.
const TaskDefaults& DefaultsFor(v1::Task::KindCase task,
                                v1::JobSpec::Recipe recipe);

// The recipe that a freeze policy amounts to; FULL for one that only leaves
// some layers out.
v1::JobSpec::Recipe RecipeOf(const v1::FreezePolicy& freeze);

// Longest text of a job that does not say, where the model allows it.
inline constexpr int kDefaultMaxLength = 256;

// Fills in every default that needs no input to be known: all but the length
// limit, the split column, the labels, the pictures' size, dropout, the
// learning rate and how pictures are normalised. Leaves what is set.
void FillDefaults(v1::JobSpec& spec);

// The same of a job that measures: columns, cleaning, resources.
void FillMeasuringDefaults(v1::JobSpec& spec);

// Fills in the learning rate; `family` is the model's, empty while it is not
// known.
void FillLearningRate(v1::JobSpec& spec, v1::JobSpec::Recipe recipe,
                      std::string_view family);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_SPEC_DEFAULTS_H_
