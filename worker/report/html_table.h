#ifndef TUNESMITH_WORKER_REPORT_HTML_TABLE_H_
#define TUNESMITH_WORKER_REPORT_HTML_TABLE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/report/html_writer.h"

namespace tunesmith::worker {

struct TableCell {
  TableCell(std::string text)  // NOLINT: most cells are no more than a text
      : text(std::move(text)) {}
  TableCell(const char* text) : text(text) {}  // NOLINT
  TableCell(std::string text, std::string css_class)
      : text(std::move(text)), css_class(std::move(css_class)) {}

  std::string text;
  // Of the style sheet; empty: none.
  std::string css_class;
};

struct TableColumn {
  std::string_view heading;
  bool is_number = false;
};

// A table whose first column names the rows.
struct HtmlTable {
  static constexpr size_t kMaxRows = 200;

  // Without any heading there is no heading row.
  std::vector<TableColumn> columns;
  // A cell for each column.
  std::vector<std::vector<TableCell>> rows;
};

// Writes at most HtmlTable::kMaxRows rows, and how many more there are. Texts
// are cut after a few hundred bytes.
void WriteTable(const HtmlTable& table, HtmlWriter& html);

// `text`, or its beginning with an ellipsis when it is longer than `max_bytes`.
std::string CutText(std::string_view text, size_t max_bytes);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_HTML_TABLE_H_
