#include "client/cli/render/data_text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/render/evaluation_text.h"
#include "client/cli/render/quantity.h"

namespace tunesmith::cli {
namespace {

using v1::DataSummary;

std::string Share(int64_t part, int64_t whole) {
  return whole > 0 ? FormatShare(static_cast<double>(part) /
                                 static_cast<double>(whole))
                   : "-";
}

std::string CauseName(v1::Finding::Code cause) {
  return v1::Finding::Code_IsValid(cause) ? v1::Finding::Code_Name(cause)
                                          : absl::StrCat("code ", cause);
}

double LostShare(const DataSummary::ClassRows& rows) {
  const int64_t all = rows.used() + rows.dropped();
  return all > 0
             ? static_cast<double>(rows.dropped()) / static_cast<double>(all)
             : 0;
}

// The label that lost the largest share of its rows, where that is more than
// the share of all: then it is not chance.
std::string WorstLabel(const DataSummary& summary, int64_t dropped) {
  const auto worst = std::max_element(
      summary.classes().begin(), summary.classes().end(),
      [](const auto& a, const auto& b) { return LostShare(a) < LostShare(b); });
  const double all =
      static_cast<double>(dropped) /
      static_cast<double>(std::max<int64_t>(summary.row_count(), 1));
  if (worst == summary.classes().end() || LostShare(*worst) <= all) return "";
  const int64_t rows = worst->used() + worst->dropped();
  return absl::StrCat("; most of label \"", worst->label(),
                      "\": ", FormatCount(worst->dropped()), " of ",
                      FormatCount(rows), " (", Share(worst->dropped(), rows),
                      ")");
}

}  // namespace

std::string DescribeRows(const DataSummary& summary) {
  int64_t used = 0;
  std::vector<std::string> splits;
  for (const auto& [split, rows] :
       {std::pair(v1::TRAINING, summary.training_rows()),
        std::pair(v1::VALIDATION, summary.validation_rows()),
        std::pair(v1::TEST, summary.test_rows())}) {
    used += rows;
    if (rows > 0) {
      splits.push_back(absl::StrCat(FormatCount(rows), " ", SplitName(split)));
    }
  }
  std::string text = absl::StrCat(FormatCount(summary.row_count()),
                                  " rows read, ", FormatCount(used), " used");
  if (!splits.empty()) {
    absl::StrAppend(&text, " (", absl::StrJoin(splits, ", "), ")");
  }
  if (summary.dropped().empty()) return text;
  int64_t dropped = 0;
  std::vector<std::string> causes;
  for (const DataSummary::Dropped& row : summary.dropped()) {
    dropped += row.count();
    causes.push_back(
        absl::StrCat(FormatCount(row.count()), " ", CauseName(row.cause())));
  }
  return absl::StrCat(text, "; ", FormatCount(dropped), " left out (",
                      Share(dropped, summary.row_count()),
                      "): ", absl::StrJoin(causes, ", "),
                      WorstLabel(summary, dropped));
}

}  // namespace tunesmith::cli
