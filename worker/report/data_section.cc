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

// "missing cell".
std::string WordsOf(const std::string& enumerator) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(enumerator, {{"_", " "}}));
}

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

// "0.34 %".
std::string ShareText(int64_t part, int64_t whole) {
  return absl::StrFormat(
      "%.2f %%",
      whole > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(whole)
                : 0.0);
}

int64_t UsedRows(const v1::DataSummary& summary) {
  return summary.training_rows() + summary.validation_rows() +
         summary.test_rows();
}

// What became of the rows of every dataset, and why some were left out.
void WriteTotals(const FinishedRun& run, HtmlWriter& html) {
  if (run.data.empty()) return;
  html.Add("h3", "What became of the rows");
  HtmlTable totals;
  totals.columns = {{"dataset"},
                    {"rows", true},
                    {"used", true},
                    {"left out", true},
                    {"share of it", true}};
  HtmlTable causes;
  causes.columns = {{"dataset"}, {"why rows were left out"}, {"rows", true}};
  for (const v1::DataSummary& summary : run.data) {
    int64_t dropped = 0;
    for (const v1::DataSummary::Dropped& one : summary.dropped()) {
      dropped += one.count();
      causes.rows.push_back({summary.dataset(),
                             WordsOf(v1::Finding::Code_Name(one.cause())),
                             absl::StrCat(one.count())});
    }
    totals.rows.push_back(
        {summary.dataset(), absl::StrCat(summary.row_count()),
         absl::StrCat(UsedRows(summary)),
         TableCell(absl::StrCat(dropped), dropped > 0 ? "strong" : ""),
         ShareText(dropped, summary.row_count())});
  }
  WriteTable(totals, html);
  if (!causes.rows.empty()) WriteTable(causes, html);
}

// Labels whose rows were left out more than those of others.
void WriteLosses(const FinishedRun& run, HtmlWriter& html) {
  HtmlTable table;
  table.columns = {{"label"},
                   {"dataset"},
                   {"rows used", true},
                   {"left out", true},
                   {"share of it", true}};
  for (const v1::DataSummary& summary : run.data) {
    for (const v1::DataSummary::ClassRows& one : summary.classes()) {
      if (one.dropped() == 0) continue;
      table.rows.push_back(
          {one.label(), summary.dataset(), absl::StrCat(one.used()),
           absl::StrCat(one.dropped()),
           ShareText(one.dropped(), one.used() + one.dropped())});
    }
  }
  if (table.rows.empty()) return;
  html.Add("h3", "Labels that lost rows");
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

void WriteFindings(const FinishedRun& run, HtmlWriter& html) {
  html.Add("h3", "Findings");
  if (run.findings.empty()) {
    html.Add("p", "Nothing was noticed.", {{"class", "remark"}});
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
  WriteTotals(run, html);
  WriteLosses(run, html);
  WriteLabels(run, html);
  WriteFindings(run, html);
}

}  // namespace tunesmith::worker
