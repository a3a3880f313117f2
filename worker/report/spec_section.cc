#include <cstdint>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "proto/contract/set_fields.h"
#include "worker/report/html_table.h"
#include "worker/report/sections.h"

namespace tunesmith::worker {
namespace {

int64_t SizeOf(const tunesmith::v1::ModelParameter& parameter) {
  int64_t size = 1;
  for (int64_t extent : parameter.shape()) size *= extent;
  return size;
}

// What the freeze policy comes to.
std::string FreezeLine(const internal::v1::TrainWork& work) {
  int64_t all = 0;
  int64_t trained = 0;
  int64_t later = 0;
  for (const tunesmith::v1::ParameterFreeze& row : work.parameters()) {
    int64_t size = SizeOf(row.parameter());
    all += size;
    if (!row.frozen()) trained += size;
    if (row.trains_from_epoch() > 0) later += size;
  }
  return absl::StrCat(
      trained, " of ", all, " parameters train",
      later > 0 ? absl::StrCat(", ", later, " of them after some epochs") : "",
      "; the others stay as they are in the base model.");
}

}  // namespace

void WriteSpec(const FinishedRun& run, HtmlWriter& html) {
  const internal::v1::TrainWork& work = run.item.train();
  HtmlElement section(html, "section", {{"id", "spec"}});
  html.Add("h2", "Resolved spec");
  html.Add("p", FreezeLine(work));
  std::set<std::string> defaulted(work.defaulted_fields().begin(),
                                  work.defaulted_fields().end());
  HtmlTable table;
  table.columns = {{"field"}, {"value"}, {"set by"}};
  for (const SetField& field : ListSetFields(work.spec())) {
    bool is_default = defaulted.contains(field.path);
    table.rows.push_back({field.path, field.value,
                          is_default ? TableCell("default", "quiet")
                                     : TableCell("user", "strong")});
  }
  WriteTable(table, html);
}

}  // namespace tunesmith::worker
