#include <string>
#include <string_view>

#include "proto/contract/set_fields.h"
#include "server/jobs/check_spec.h"

namespace tunesmith::server {
namespace {

// What counts in a job that measures, and everything below it.
constexpr std::string_view kCounts[] = {
    "base_model",
    "purpose",
    "task.text_classification.text_column",
    "task.text_classification.label_column",
    "task.text_classification.max_length",
    "task.text_classification.labels",
    "task.image_classification.image_column",
    "task.image_classification.label_column",
    "task.image_classification.image_size",
    "task.image_classification.labels",
    "data.test",
    "data.cleaning",
    "resources",
    "max_attempts",
    "max_run_time",
};

bool Counts(std::string_view path) {
  for (std::string_view field : kCounts) {
    const bool below =
        path.starts_with(field) &&
        (path.size() == field.size() || path[field.size()] == '.');
    // A message in which nothing is set.
    const bool above = field.starts_with(path) && field[path.size()] == '.';
    if (below || above) return true;
  }
  return false;
}

}  // namespace

void CheckNothingTrains(const v1::JobSpec& spec, const FieldScope& scope) {
  for (const SetField& field : ListSetFields(spec)) {
    if (Counts(field.path)) continue;
    scope.Add(field.path,
              "means nothing where the purpose is EVALUATE: leave it out");
  }
}

}  // namespace tunesmith::server
