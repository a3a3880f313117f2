#include "client/cli/render/text_table.h"

#include <algorithm>
#include <utility>

#include "client/cli/render/printable.h"

namespace tunesmith::cli {
namespace {

std::string Padded(const std::string& cell, size_t width,
                   TextTable::Align align) {
  size_t used = DisplayWidth(cell);
  std::string padding(width > used ? width - used : 0, ' ');
  return align == TextTable::Align::kLeft ? cell + padding : padding + cell;
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns)
    : columns_(std::move(columns)) {}

void TextTable::AddRow(const std::vector<std::string>& cells) {
  std::vector<std::string>& row = rows_.emplace_back(columns_.size());
  for (size_t i = 0; i < std::min(cells.size(), columns_.size()); ++i) {
    row[i] = Printable(cells[i]);
  }
}

std::string TextTable::Render(int indent) const {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> titles;
  bool titled = false;
  for (const Column& column : columns_) {
    titles.push_back(Printable(column.title));
    titled = titled || !column.title.empty();
  }
  if (titled) lines.push_back(titles);
  lines.insert(lines.end(), rows_.begin(), rows_.end());

  std::vector<size_t> widths(columns_.size(), 0);
  for (const std::vector<std::string>& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  std::string text;
  for (const std::vector<std::string>& line : lines) {
    std::string row(indent, ' ');
    for (size_t i = 0; i < line.size(); ++i) {
      if (i > 0) row += "  ";
      row += Padded(line[i], widths[i], columns_[i].align);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

}  // namespace tunesmith::cli
