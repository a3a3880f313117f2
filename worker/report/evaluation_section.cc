#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/report/evaluation_figures.h"
#include "worker/report/html_table.h"
#include "worker/report/sections.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;

void AddRow(const char* weights, const v1::Evaluation* evaluation,
            HtmlTable& table) {
  if (evaluation == nullptr) return;
  std::string emphasis =
      evaluation->phase() == v1::Evaluation::FINAL ? "strong" : "";
  std::vector<TableCell> row = {SplitName(evaluation->split())};
  for (std::string text :
       {std::string(weights), absl::StrCat(evaluation->step()),
        absl::StrCat(evaluation->epoch()), FigureText(evaluation->loss()),
        FigureText(evaluation->accuracy()), FigureText(evaluation->macro_f1()),
        FigureText(evaluation->weighted_f1()),
        absl::StrCat(evaluation->example_count())}) {
    row.push_back({std::move(text), emphasis});
  }
  table.rows.push_back(std::move(row));
}

HtmlTable SummaryTable(const FinishedRun& run) {
  HtmlTable table;
  table.columns = {
      {"data"},           {"weights"},           {"step", true},
      {"epoch", true},    {"loss", true},        {"accuracy", true},
      {"macro F1", true}, {"weighted F1", true}, {"rows", true}};
  std::vector<const v1::Evaluation*> epochs = EpochEvaluations(run.evaluations);
  for (v1::Split split : {v1::VALIDATION, v1::TEST}) {
    AddRow("baseline: before training",
           FindEvaluation(run.evaluations, v1::Evaluation::BASELINE, split),
           table);
    if (split == v1::VALIDATION && !epochs.empty()) {
      AddRow("best epoch",
             BestEpoch(run.evaluations,
                       run.item.train().spec().evaluation().primary_metric()),
             table);
      AddRow("last epoch", epochs.back(), table);
    }
    AddRow("final: the result",
           FindEvaluation(run.evaluations, v1::Evaluation::FINAL, split),
           table);
  }
  return table;
}

void WriteClasses(const v1::Evaluation& evaluation, HtmlWriter& html) {
  std::vector<v1::ClassMetrics> classes(evaluation.classes().begin(),
                                        evaluation.classes().end());
  html.Add("h3",
           absl::StrCat("Classes, ", SplitName(evaluation.split()), " data"));
  if (classes.size() > HtmlTable::kMaxRows) {
    std::stable_sort(
        classes.begin(), classes.end(),
        [](const auto& a, const auto& b) { return a.f1() < b.f1(); });
    html.Add("p", "Those with the lowest F1 come first.",
             {{"class", "remark"}});
  }
  HtmlTable table;
  table.columns = {{"class"},
                   {"precision", true},
                   {"recall", true},
                   {"F1", true},
                   {"support", true}};
  for (const v1::ClassMetrics& metrics : classes) {
    table.rows.push_back({metrics.label(), FigureText(metrics.precision()),
                          FigureText(metrics.recall()),
                          FigureText(metrics.f1()),
                          absl::StrCat(metrics.support())});
  }
  WriteTable(table, html);
}

}  // namespace

void WriteEvaluations(const FinishedRun& run, HtmlWriter& html) {
  HtmlElement section(html, "section", {{"id", "evaluations"}});
  html.Add("h2", "Evaluation");
  HtmlTable summary = SummaryTable(run);
  if (summary.rows.empty()) {
    html.Add("p", "There was no validation and no test data.",
             {{"class", "remark"}});
    return;
  }
  WriteTable(summary, html);
  for (const v1::Evaluation* final : FinalEvaluations(run.evaluations)) {
    WriteClasses(*final, html);
  }
}

}  // namespace tunesmith::worker
