#ifndef TUNESMITH_SERVER_JOBS_PARAMETER_PATTERN_H_
#define TUNESMITH_SERVER_JOBS_PARAMETER_PATTERN_H_

#include <string>
#include <vector>

#include "server/jobs/field_scope.h"

// Globs over whole parameter names: `*` any run of characters, `?` one.

namespace tunesmith::server {

// In time linear in the product of the lengths.
bool GlobMatches(const std::string& pattern, const std::string& name);

// Adds a problem of `field` when the pattern is empty or too long.
void CheckPattern(const std::string& pattern, const FieldScope& field);

// Adds a problem of `field` when `pattern` matches none of `names`.
void CheckPatternMatches(const std::string& pattern,
                         const std::vector<std::string>& names,
                         const FieldScope& field);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_PARAMETER_PATTERN_H_
