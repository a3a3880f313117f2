#include "client/cli/render/evaluation_text.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/text_table.h"
#include "proto/contract/base/visible_text.h"

namespace tunesmith::cli {
namespace {

constexpr TextTable::Align kRight = TextTable::Align::kRight;

const v1::Evaluation* Find(const Evaluations& evaluations,
                           v1::Evaluation::Phase phase, v1::Split split) {
  const v1::Evaluation* found = nullptr;
  for (const v1::Evaluation& evaluation : evaluations) {
    if (evaluation.phase() == phase && evaluation.split() == split) {
      found = &evaluation;
    }
  }
  return found;
}

}  // namespace

std::string SplitName(v1::Split split) {
  switch (split) {
    case v1::TRAINING:
      return "training";
    case v1::VALIDATION:
      return "validation";
    case v1::TEST:
      return "test";
    default:
      return "-";
  }
}

std::string RenderBeforeAndAfter(const Evaluations& evaluations) {
  using Measure =
      std::pair<const char*, std::function<std::string(const v1::Evaluation&)>>;
  const std::vector<Measure> measures = {
      {"accuracy", [](const auto& e) { return FormatShare(e.accuracy()); }},
      {"macro F1", [](const auto& e) { return FormatShare(e.macro_f1()); }},
      {"weighted F1",
       [](const auto& e) { return FormatShare(e.weighted_f1()); }},
      {"loss", [](const auto& e) { return FormatFigure(e.loss()); }},
  };
  // Of a model that is measured alone there is no before.
  const bool compares = std::any_of(
      evaluations.begin(), evaluations.end(),
      [](const auto& e) { return e.phase() == v1::Evaluation::BASELINE; });
  std::vector<TextTable::Column> columns = {{"data"}, {"measure"}};
  if (compares) columns.push_back({"before", kRight});
  columns.push_back({compares ? "after" : "value", kRight});
  TextTable table(std::move(columns));
  for (v1::Split split : {v1::VALIDATION, v1::TEST}) {
    const v1::Evaluation* after =
        Find(evaluations, v1::Evaluation::FINAL, split);
    if (after == nullptr) continue;
    const v1::Evaluation* before =
        Find(evaluations, v1::Evaluation::BASELINE, split);
    std::string data = absl::StrCat(
        SplitName(split), " (", FormatCount(after->example_count()), " rows)");
    for (const auto& [name, format] : measures) {
      std::vector<std::string> row = {data, name};
      if (compares) row.push_back(before == nullptr ? "-" : format(*before));
      row.push_back(format(*after));
      table.AddRow(row);
      data.clear();
    }
  }
  return table.empty() ? "" : table.Render();
}

std::string RenderClasses(const v1::Evaluation& evaluation) {
  constexpr int kClassesShown = 40;
  std::vector<const v1::ClassMetrics*> shown;
  for (const v1::ClassMetrics& metrics : evaluation.classes()) {
    shown.push_back(&metrics);
  }
  std::string title;
  if (evaluation.classes_size() > kClassesShown) {
    std::stable_sort(
        shown.begin(), shown.end(),
        [](const auto* a, const auto* b) { return a->f1() < b->f1(); });
    shown.resize(kClassesShown);
    title = absl::StrCat("the ", kClassesShown, " of ",
                         FormatCount(evaluation.classes_size()),
                         " classes with the lowest F1\n");
  }
  TextTable table({{"class"},
                   {"precision", kRight},
                   {"recall", kRight},
                   {"F1", kRight},
                   {"rows", kRight}});
  for (const v1::ClassMetrics* metrics : shown) {
    table.AddRow({VisibleText(metrics->label()),
                  FormatShare(metrics->precision()),
                  FormatShare(metrics->recall()), FormatShare(metrics->f1()),
                  FormatCount(metrics->support())});
  }
  return table.empty() ? "" : title + table.Render();
}

std::string RenderEvaluationLine(const v1::Evaluation& evaluation) {
  std::string when;
  switch (evaluation.phase()) {
    case v1::Evaluation::BASELINE:
      when = "before training";
      break;
    case v1::Evaluation::FINAL:
      when = "after training";
      break;
    default:
      when = absl::StrCat("epoch ", FormatFigure(evaluation.epoch()));
  }
  return absl::StrCat(when, ": ", SplitName(evaluation.split()), " loss ",
                      FormatFigure(evaluation.loss()), ", accuracy ",
                      FormatShare(evaluation.accuracy()), ", macro F1 ",
                      FormatShare(evaluation.macro_f1()));
}

const v1::Evaluation* FinalEvaluation(const Evaluations& evaluations) {
  const v1::Evaluation* test =
      Find(evaluations, v1::Evaluation::FINAL, v1::TEST);
  if (test != nullptr) return test;
  return Find(evaluations, v1::Evaluation::FINAL, v1::VALIDATION);
}

}  // namespace tunesmith::cli
