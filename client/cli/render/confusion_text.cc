#include "client/cli/render/confusion_text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/render/printable.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/text_table.h"
#include "proto/contract/base/visible_text.h"

namespace tunesmith::cli {
namespace {

constexpr int kMostClassesInAMatrix = 12;
constexpr size_t kConfusionsShown = 12;
constexpr size_t kLabelColumns = 24;

constexpr TextTable::Align kRight = TextTable::Align::kRight;

std::string RenderMatrix(const v1::Evaluation& evaluation) {
  const int n = evaluation.classes_size();
  std::vector<TextTable::Column> columns = {{"", kRight}, {"true class"}};
  for (int j = 0; j < n; ++j) columns.push_back({absl::StrCat(j + 1), kRight});
  TextTable table(std::move(columns));
  for (int i = 0; i < n; ++i) {
    std::vector<std::string> row = {
        absl::StrCat(i + 1),
        Shorten(VisibleText(evaluation.classes(i).label()), kLabelColumns)};
    for (int j = 0; j < n; ++j) {
      int64_t count = evaluation.confusion_matrix(i * n + j);
      // Dots make the few confusions stand out.
      row.push_back(count == 0 ? "." : absl::StrCat(count));
    }
    table.AddRow(row);
  }
  return absl::StrCat("taken for class (columns by number)\n", table.Render());
}

struct Confusion {
  int truth;
  int taken_for;
  int64_t count;
};

std::string RenderWorst(const v1::Evaluation& evaluation) {
  const int n = evaluation.classes_size();
  std::vector<Confusion> confusions;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      int64_t count = evaluation.confusion_matrix(i * n + j);
      if (i != j && count > 0) confusions.push_back({i, j, count});
    }
  }
  if (confusions.empty()) return "no row was taken for another class\n";
  std::stable_sort(
      confusions.begin(), confusions.end(),
      [](const auto& a, const auto& b) { return a.count > b.count; });
  const size_t all = confusions.size();
  confusions.resize(std::min(all, kConfusionsShown));
  TextTable table({{"true class"},
                   {"taken for"},
                   {"rows", kRight},
                   {"of the class", kRight}});
  for (const Confusion& confusion : confusions) {
    const v1::ClassMetrics& truth = evaluation.classes(confusion.truth);
    table.AddRow({VisibleText(truth.label()),
                  VisibleText(evaluation.classes(confusion.taken_for).label()),
                  FormatCount(confusion.count),
                  truth.support() > 0
                      ? FormatShare(static_cast<double>(confusion.count) /
                                    truth.support())
                      : "-"});
  }
  return absl::StrCat("worst ", confusions.size(), " of ", all,
                      " kinds of confusion among ", n, " classes\n",
                      table.Render());
}

}  // namespace

std::string RenderConfusion(const v1::Evaluation& evaluation) {
  const int64_t n = evaluation.classes_size();
  if (n == 0 || evaluation.confusion_matrix_size() != n * n) {
    return "no confusion matrix\n";
  }
  return n <= kMostClassesInAMatrix ? RenderMatrix(evaluation)
                                    : RenderWorst(evaluation);
}

}  // namespace tunesmith::cli
