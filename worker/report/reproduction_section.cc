#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/report/html_table.h"
#include "worker/report/sections.h"
#include "worker/report/software.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;

void WriteEnvironment(const FinishedRun& run, HtmlWriter& html) {
  html.Add("h3", "Environment");
  const v1::Execution& execution = run.execution;
  HtmlTable table;
  table.columns = {{""}, {""}};
  table.rows = {
      {"device", execution.device()},
      {"device name", execution.device_name()},
      {"threads", absl::StrCat(execution.threads())},
      {"precision", v1::Hyperparameters::Precision_Name(execution.precision())},
      {"deterministic", execution.deterministic() ? "yes" : "no"},
      {"rows at once", absl::StrCat(execution.microbatch())}};
  for (const v1::Execution::Microbatch& row : execution.microbatches()) {
    table.rows.push_back(
        {absl::StrCat("from step ", row.from_step() + 1),
         absl::StrCat(row.rows(), " rows at once: memory ran out")});
  }
  if (execution.has_learning_rate_cut()) {
    const auto& cut = execution.learning_rate_cut();
    table.rows.push_back({absl::StrCat("from step ", cut.from_step() + 1),
                          absl::StrCat("learning rate times ", cut.factor(),
                                       ": too many steps were not finite")});
  }
  // Sorted, unlike the map.
  for (const auto& [name, value] : std::map<std::string, std::string>(
           execution.environment().begin(), execution.environment().end())) {
    table.rows.push_back({name, value});
  }
  for (SoftwareVersion& part : SoftwareVersions()) {
    table.rows.push_back({std::move(part.name), std::move(part.version)});
  }
  WriteTable(table, html);
}

void WriteInputs(const internal::v1::TrainWork& work, HtmlWriter& html) {
  html.Add("h3", "Inputs");
  HtmlTable table;
  table.columns = {{"input"}, {"name"}, {"SHA-256 of its manifest"}};
  auto add = [&table](const char* input, const auto& value) {
    table.rows.push_back(
        {input, value.name(),
         TableCell(value.artifact().manifest_sha256(), "digest")});
  };
  add("base model", work.base_model());
  add("training data", work.training());
  if (work.has_validation()) add("validation data", work.validation());
  if (work.has_test()) add("test data", work.test());
  WriteTable(table, html);
}

}  // namespace

void WriteReproduction(const FinishedRun& run, HtmlWriter& html) {
  const internal::v1::TrainWork& work = run.item.train();
  HtmlElement section(html, "section", {{"id", "reproduction"}});
  html.Add("h2", "Reproduction");
  html.Add("p", absl::StrCat("Every random draw follows from the seed ",
                             work.spec().seed(),
                             ". The same spec and inputs in the same "
                             "environment give the same weights, to the bit."));
  WriteEnvironment(run, html);
  WriteInputs(work, html);
}

}  // namespace tunesmith::worker
