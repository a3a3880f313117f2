#include "server/jobs/data_source.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/nearest_name.h"
#include "proto/contract/base/visible_text.h"
#include "server/jobs/field_scope.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxListedNames = 20;

}  // namespace

std::string Listed(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  for (const std::string& name : names) {
    if (shown.size() == kMaxListedNames) break;
    shown.push_back(Quoted(VisibleText(name)));
  }
  std::string text = absl::StrJoin(shown, ", ");
  if (names.size() > shown.size()) {
    absl::StrAppend(&text, " and ", names.size() - shown.size(), " more");
  }
  return text;
}

const v1::DatasetColumn* FindColumn(const DataSource& source,
                                    const std::string& name,
                                    const std::string& field,
                                    Resolution& resolution) {
  std::vector<std::string> names;
  for (const v1::DatasetColumn& column : source.dataset->columns()) {
    names.push_back(column.name());
    if (column.name() != name) continue;
    if (column.type() != v1::DatasetColumn::OTHER) return &column;
    resolution.AddViolation(
        field,
        "column of " + source.name +
            " is nested or binary and cannot be used: " + Quoted(name),
        v1::ERROR_REASON_INVALID_FIELD);
    return nullptr;
  }
  std::string nearest = NearestName(name, names);
  std::string text = "unknown column of " + source.name + ": " + Quoted(name);
  text += nearest.empty() ? " (columns: "
                          : " (did you mean " + Quoted(nearest) + "? columns: ";
  resolution.AddViolation(field, text + Listed(names) + ")",
                          v1::ERROR_REASON_UNKNOWN_COLUMN);
  return nullptr;
}

}  // namespace tunesmith::server
