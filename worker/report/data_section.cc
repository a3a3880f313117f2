#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "worker/report/evaluation_figures.h"
#include "worker/report/html_table.h"
#include "worker/report/sections.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;

void WriteSplits(const FinishedRun& run, HtmlWriter& html) {
  const internal::v1::TrainWork& work = run.item.train();
  std::string validation =
      work.has_validation()
          ? work.validation().name()
          : absl::StrFormat("%.4g of the rows of %s",
                            work.spec().data().validation_fraction(),
                            work.training().name());
  HtmlTable table;
  table.columns = {{"split"}, {"from"}, {"rows used", true}};
  table.rows.push_back(
      {"training", work.training().name(), absl::StrCat(run.training_rows)});
  if (run.validation_rows > 0) {
    table.rows.push_back({"validation", std::move(validation),
                          absl::StrCat(run.validation_rows)});
  }
  if (work.has_test()) {
    table.rows.push_back(
        {"test", work.test().name(), absl::StrCat(run.test_rows)});
  }
  WriteTable(table, html);
}

void WriteLabels(const FinishedRun& run, HtmlWriter& html) {
  html.Add("h3", absl::StrCat(run.labels.size(), " labels"));
  std::vector<const v1::Evaluation*> finals = FinalEvaluations(run.evaluations);
  HtmlTable table;
  table.columns = {{"label"}, {"training rows", true}};
  for (const v1::Evaluation* final : finals) {
    table.columns.push_back(
        {final->split() == v1::TEST ? "test rows" : "validation rows", true});
  }
  table.columns.push_back({"weight in the loss", true});
  for (size_t i = 0; i < run.labels.size(); ++i) {
    std::vector<TableCell> row = {run.labels[i],
                                  absl::StrCat(run.training_counts[i])};
    for (const v1::Evaluation* final : finals) {
      row.push_back(
          absl::StrCat(final->classes(static_cast<int>(i)).support()));
    }
    row.push_back(absl::StrFormat("%.4g", run.class_weights[i]));
    table.rows.push_back(std::move(row));
  }
  WriteTable(table, html);
}

// "missing cell".
std::string WordsOf(const std::string& enumerator) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(enumerator, {{"_", " "}}));
}

void WriteFindings(const FinishedRun& run, HtmlWriter& html) {
  html.Add("h3", "Findings");
  if (run.findings.empty()) {
    html.Add("p", "Nothing was noticed about the data.", {{"class", "remark"}});
    return;
  }
  std::vector<v1::Finding> findings = run.findings;
  std::stable_sort(
      findings.begin(), findings.end(),
      [](const auto& a, const auto& b) { return a.severity() > b.severity(); });
  HtmlTable table;
  table.columns = {{"finding"},   {"severity"},    {"column"},
                   {"row", true}, {"count", true}, {"what it is"},
                   {"what to do"}};
  for (const v1::Finding& finding : findings) {
    std::string severity =
        WordsOf(v1::Finding::Severity_Name(finding.severity()));
    table.rows.push_back({WordsOf(v1::Finding::Code_Name(finding.code())),
                          TableCell(severity, severity), finding.column(),
                          finding.has_row() ? absl::StrCat(finding.row()) : "",
                          absl::StrCat(finding.count()), finding.message(),
                          finding.suggestion()});
  }
  WriteTable(table, html);
}

}  // namespace

void WriteData(const FinishedRun& run, HtmlWriter& html) {
  HtmlElement section(html, "section", {{"id", "data"}});
  html.Add("h2", "Data");
  WriteSplits(run, html);
  WriteLabels(run, html);
  WriteFindings(run, html);
}

}  // namespace tunesmith::worker
