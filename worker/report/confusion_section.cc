#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "worker/report/evaluation_figures.h"
#include "worker/report/html_table.h"
#include "worker/report/sections.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;

// A matrix of more does not fit on a page.
constexpr int kMaxDrawnClasses = 25;
constexpr size_t kMaxHeadingBytes = 60;

// `count` of a row's `sum`, in tenths from 1 to 9; nothing for none.
std::string ShadeOf(int64_t count, int64_t sum) {
  if (count <= 0 || sum <= 0) return "";
  return absl::StrCat("s", std::clamp<int64_t>(count * 10 / sum, 1, 9));
}

void WriteMatrixRow(const v1::Evaluation& evaluation, int truth,
                    HtmlWriter& html) {
  const int n = evaluation.classes_size();
  HtmlElement row(html, "tr");
  html.Add("th", CutText(evaluation.classes(truth).label(), kMaxHeadingBytes),
           {{"scope", "row"}});
  for (int j = 0; j < n; ++j) {
    int64_t count = evaluation.confusion_matrix(truth * n + j);
    std::string shade = ShadeOf(count, evaluation.classes(truth).support());
    html.Add("td", absl::StrCat(count),
             {{"class",
               shade.empty()
                   ? "quiet"
                   : absl::StrCat(truth == j ? "right " : "wrong ", shade)}});
  }
}

void WriteMatrix(const v1::Evaluation& evaluation, HtmlWriter& html) {
  html.Add(
      "p",
      "A row is a true class, a column what it was taken for; the shade is "
      "the share of the row.",
      {{"class", "remark"}});
  HtmlElement scroll(html, "div", {{"class", "scroll"}});
  HtmlElement table(html, "table", {{"class", "matrix"}});
  {
    HtmlElement head(html, "thead");
    HtmlElement row(html, "tr");
    html.Add("th", "true class");
    for (const v1::ClassMetrics& metrics : evaluation.classes()) {
      html.Add("th", CutText(metrics.label(), kMaxHeadingBytes),
               {{"scope", "col"}});
    }
  }
  HtmlElement body(html, "tbody");
  for (int i = 0; i < evaluation.classes_size(); ++i) {
    WriteMatrixRow(evaluation, i, html);
  }
}

void WriteWorst(const v1::Evaluation& evaluation,
                const EvaluationFigures& figures, HtmlWriter& html) {
  html.Add("p",
           absl::StrCat("The ", figures.confusions.size(), " most frequent of ",
                        figures.confusion_count, " kinds of confusion among ",
                        evaluation.classes_size(), " classes."),
           {{"class", "remark"}});
  HtmlTable table;
  table.columns = {{"true class"},
                   {"taken for"},
                   {"rows", true},
                   {"share of the class", true}};
  for (const Confusion& confusion : figures.confusions) {
    const v1::ClassMetrics& truth = evaluation.classes(confusion.label);
    table.rows.push_back({truth.label(),
                          evaluation.classes(confusion.guess).label(),
                          absl::StrCat(confusion.count),
                          FigureText(static_cast<double>(confusion.count) /
                                     static_cast<double>(truth.support()))});
  }
  WriteTable(table, html);
}

}  // namespace

void WriteConfusions(const FinishedRun& run, HtmlWriter& html) {
  std::vector<const v1::Evaluation*> finals = FinalEvaluations(run.evaluations);
  if (finals.empty()) return;
  HtmlElement section(html, "section", {{"id", "confusions"}});
  html.Add("h2", "Confusion");
  for (const v1::Evaluation* final : finals) {
    html.Add("h3", absl::StrCat(SplitName(final->split()), " data"));
    if (final->classes_size() <= kMaxDrawnClasses) {
      WriteMatrix(*final, html);
    } else {
      // Both lists are of the same evaluations.
      const size_t place = static_cast<size_t>(final - run.evaluations.data());
      WriteWorst(*final, run.result.evaluations[place], html);
    }
  }
}

}  // namespace tunesmith::worker
