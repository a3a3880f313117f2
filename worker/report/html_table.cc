#include "worker/report/html_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/utf8.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kMaxCellBytes = 600;

void WriteHeadings(const std::vector<TableColumn>& columns, HtmlWriter& html) {
  bool any = std::any_of(columns.begin(), columns.end(),
                         [](const auto& c) { return !c.heading.empty(); });
  if (!any) return;
  HtmlElement head(html, "thead");
  HtmlElement row(html, "tr");
  for (const TableColumn& column : columns) {
    html.Add("th", column.heading,
             {{"scope", "col"}, {"class", column.is_number ? "number" : ""}});
  }
}

std::string ClassesOf(const TableCell& cell, const TableColumn& column) {
  if (!column.is_number) return cell.css_class;
  return absl::StrCat("number", cell.css_class.empty() ? "" : " ",
                      cell.css_class);
}

void WriteRow(const HtmlTable& table, const std::vector<TableCell>& cells,
              HtmlWriter& html) {
  HtmlElement row(html, "tr");
  for (size_t i = 0; i < cells.size(); ++i) {
    const TableCell& cell = cells[i];
    std::string text = CutText(cell.text, kMaxCellBytes);
    if (i == 0) {
      html.Add("th", text, {{"scope", "row"}, {"class", cell.css_class}});
      continue;
    }
    html.Add("td", text, {{"class", ClassesOf(cell, table.columns[i])}});
  }
}

}  // namespace

void WriteTable(const HtmlTable& table, HtmlWriter& html) {
  size_t shown = std::min(table.rows.size(), HtmlTable::kMaxRows);
  {
    HtmlElement scroll(html, "div", {{"class", "scroll"}});
    HtmlElement element(html, "table");
    WriteHeadings(table.columns, html);
    HtmlElement body(html, "tbody");
    for (size_t i = 0; i < shown; ++i) WriteRow(table, table.rows[i], html);
  }
  if (shown < table.rows.size()) {
    html.Add(
        "p",
        absl::StrCat("The first ", shown, " of ", table.rows.size(), " rows."),
        {{"class", "remark"}});
  }
}

std::string CutText(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  return std::string(CutAtCharacter(text, max_bytes)) + "\xe2\x80\xa6";
}

}  // namespace tunesmith::worker
