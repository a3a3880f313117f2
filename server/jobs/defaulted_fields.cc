#include "server/jobs/defaulted_fields.h"

#include <set>
#include <utility>

#include "proto/contract/set_fields.h"

namespace tunesmith::server {

std::vector<std::string> DefaultedFields(const v1::JobSpec& sent,
                                         const v1::JobSpec& resolved) {
  std::set<std::string> given;
  for (SetField& field : ListSetFields(sent)) {
    given.insert(std::move(field.path));
  }
  std::vector<std::string> defaulted;
  for (SetField& field : ListSetFields(resolved)) {
    if (!given.contains(field.path)) defaulted.push_back(std::move(field.path));
  }
  return defaulted;
}

}  // namespace tunesmith::server
