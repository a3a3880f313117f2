#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "worker/report/evaluation_figures.h"
#include "worker/report/html_table.h"
#include "worker/report/sections.h"

namespace tunesmith::worker {
namespace {

void WriteSheet(const SplitMistakes& mistakes, HtmlWriter& html) {
  html.Add("p",
           absl::StrCat("The pictures as the network saw them, numbered from "
                        "left to right, ",
                        kSheetColumns, " in a row."),
           {{"class", "remark"}});
  html.AddVoid("img",
               {{"class", "sheet"},
                {"alt", absl::StrCat(mistakes.rows.size(),
                                     " pictures that the network "
                                     "took for something else")},
                {"src", absl::StrCat("data:image/png;base64,",
                                     absl::Base64Escape(mistakes.sheet))}});
}

void WriteRows(const SplitMistakes& mistakes, HtmlWriter& html) {
  const bool of_pictures = !mistakes.rows.front().path.empty();
  HtmlTable table;
  table.columns = {{"number"}, {"row", true}};
  if (of_pictures) table.columns.push_back({"picture"});
  table.columns.push_back({"true class"});
  table.columns.push_back({"taken for"});
  table.columns.push_back({"confidence", true});
  for (const ShownMistake& mistake : mistakes.rows) {
    std::vector<TableCell> row = {absl::StrCat(table.rows.size() + 1),
                                  absl::StrCat(mistake.row)};
    if (of_pictures) row.push_back(mistake.path);
    row.push_back(mistake.label);
    row.push_back(mistake.guess);
    row.push_back(FigureText(mistake.confidence));
    table.rows.push_back(std::move(row));
  }
  WriteTable(table, html);
}

}  // namespace

void WriteMistakes(const FinishedRun& run, HtmlWriter& html) {
  if (run.mistakes.empty()) return;
  HtmlElement section(html, "section", {{"id", "mistakes"}});
  html.Add("h2", "Most confident mistakes");
  html.Add(
      "p",
      "What the network was surest of and wrong about: look here for wrong "
      "labels first.",
      {{"class", "remark"}});
  for (const SplitMistakes& mistakes : run.mistakes) {
    if (mistakes.rows.empty()) continue;
    html.Add("h3", absl::StrCat(SplitName(mistakes.split), " data"));
    if (!mistakes.sheet.empty()) WriteSheet(mistakes, html);
    WriteRows(mistakes, html);
  }
}

}  // namespace tunesmith::worker
