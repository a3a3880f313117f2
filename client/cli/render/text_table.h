#ifndef TUNESMITH_CLIENT_CLI_RENDER_TEXT_TABLE_H_
#define TUNESMITH_CLIENT_CLI_RENDER_TEXT_TABLE_H_

#include <string>
#include <vector>

namespace tunesmith::cli {

// Rows of cells in aligned columns, two spaces apart. Cells are made printable
// when they are added, so a caller may pass bytes of any origin.
class TextTable {
 public:
  enum class Align { kLeft, kRight };

  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  // With no title at all, there is no heading line.
  explicit TextTable(std::vector<Column> columns);

  // Missing cells are empty; as many as there are columns at most.
  void AddRow(const std::vector<std::string>& cells);

  bool empty() const { return rows_.empty(); }

  // Lines that end in "\n", each after `indent` spaces, without trailing
  // spaces.
  std::string Render(int indent = 0) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_TEXT_TABLE_H_
