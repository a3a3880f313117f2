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

// More do not fit on a page.
constexpr int kMaxMatrixClasses = 25;
constexpr size_t kMaxConfusions = 50;
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

struct Confusion {
  int truth;
  int taken_for;
  int64_t count;
};

// The most frequent first.
std::vector<Confusion> SortedConfusions(const v1::Evaluation& evaluation) {
  const int n = evaluation.classes_size();
  std::vector<Confusion> confusions;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      int64_t count = evaluation.confusion_matrix(i * n + j);
      if (i != j && count > 0) confusions.push_back({i, j, count});
    }
  }
  std::stable_sort(
      confusions.begin(), confusions.end(),
      [](const auto& a, const auto& b) { return a.count > b.count; });
  return confusions;
}

void WriteWorst(const v1::Evaluation& evaluation, HtmlWriter& html) {
  std::vector<Confusion> confusions = SortedConfusions(evaluation);
  const size_t all = confusions.size();
  confusions.resize(std::min(all, kMaxConfusions));
  html.Add("p",
           absl::StrCat("The ", confusions.size(), " most frequent of ", all,
                        " kinds of confusion among ", evaluation.classes_size(),
                        " classes."),
           {{"class", "remark"}});
  HtmlTable table;
  table.columns = {{"true class"},
                   {"taken for"},
                   {"rows", true},
                   {"share of the class", true}};
  for (const Confusion& confusion : confusions) {
    const v1::ClassMetrics& truth = evaluation.classes(confusion.truth);
    table.rows.push_back({truth.label(),
                          evaluation.classes(confusion.taken_for).label(),
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
    if (final->classes_size() <= kMaxMatrixClasses) {
      WriteMatrix(*final, html);
    } else {
      WriteWorst(*final, html);
    }
  }
}

}  // namespace tunesmith::worker
