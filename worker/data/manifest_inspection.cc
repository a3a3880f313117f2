#include "worker/data/manifest_inspection.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/image_table.h"
#include "worker/data/picture_finder.h"
#include "worker/data/table.h"
#include "worker/formats/printable.h"

namespace tunesmith::worker {
namespace {

// Rows that tell what the columns are.
constexpr int64_t kFirstRows = 500;
// Rows that are read between two questions whether to stop.
constexpr int64_t kStopInterval = 4096;
// Names that people give to the column of pictures.
constexpr const char* kUsualNames[] = {"image",      "file_name", "filename",
                                       "file",       "path",      "image_path",
                                       "image_name", "img",       "image_id"};

// What the first rows show of a column.
struct Column {
  int64_t cells = 0;
  // Cells that lead to a picture, and that look as if they should.
  int64_t found = 0;
  int64_t picture_like = 0;
  // Cells that are 0 or 1.
  int64_t binary = 0;
};

bool IsOne(std::string_view text) { return text == "1" || text == "1.0"; }
bool IsBinary(std::string_view text) {
  return IsOne(text) || text == "0" || text == "0.0";
}

class Inspector {
 public:
  Inspector(const Archive& archive, const std::string& path,
            const Manifest& manifest, FindingLog& findings,
            const std::function<bool()>& should_stop)
      : archive_(archive),
        path_(path),
        manifest_(manifest),
        findings_(findings),
        should_stop_(should_stop),
        finder_(archive, manifest.path) {}

  absl::Status Inspect() {
    TUNESMITH_RETURN_IF_ERROR(ReadFirstRows());
    ReportHeader();
    ReportOneHot();
    const std::optional<size_t> column = PictureColumn();
    if (!column.has_value()) {
      Add(FindingCode::kOddLayout, FindingSeverity::kWarning,
          absl::StrCat("no column of ", Printable(manifest_.path),
                       " names pictures of the archive"),
          "give the paths, as they are from the manifest's own folder, in a "
          "column image",
          1);
      return absl::OkStatus();
    }
    TUNESMITH_RETURN_IF_ERROR(ReadPaths(*column));
    ReportColumn(*column);
    ReportPaths();
    return absl::OkStatus();
  }

 private:
  // A first row and how many there are like it.
  struct Example {
    int64_t count = 0;
    int64_t row = 0;
    std::string text;

    void Take(int64_t its_row, const std::string& its_text) {
      if (count++ > 0) return;
      row = its_row;
      text = its_text;
    }
  };

  void Add(FindingCode code, FindingSeverity severity, std::string message,
           std::string suggestion, int64_t count) {
    findings_.Add({.code = code,
                   .severity = severity,
                   .message = std::move(message),
                   .suggestion = std::move(suggestion),
                   .count = count});
  }

  absl::Status ReadFirstRows();
  absl::Status ReadPaths(size_t column);
  std::optional<size_t> PictureColumn() const;
  void ReportHeader();
  void ReportOneHot();
  void ReportColumn(size_t column);
  void ReportPaths();

  const Archive& archive_;
  const std::string& path_;
  const Manifest& manifest_;
  FindingLog& findings_;
  const std::function<bool()>& should_stop_;
  const PictureFinder finder_;

  std::vector<std::string> names_;
  std::vector<Column> columns_;
  int64_t first_rows_ = 0;
  // Of first rows, by the number of ones among binary cells.
  std::map<size_t, int64_t> rows_by_ones_;

  int64_t rows_ = 0;
  Example missing_;
  Example repeated_;
  std::map<PictureFinder::Way, Example> loose_;
  // By the file's index: the first row that names it.
  std::vector<int64_t> row_of_;
};

absl::Status Inspector::ReadFirstRows() {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<TableReader> table,
                             OpenImageTable(path_, manifest_));
  Row row;
  while (first_rows_ < kFirstRows) {
    TUNESMITH_ASSIGN_OR_RETURN(bool has_row, table->Next(row));
    if (!has_row) break;
    if (row.problem.has_value()) continue;
    ++first_rows_;
    columns_.resize(std::max(columns_.size(), row.cells.size()));
    size_t ones = 0;
    for (size_t c = 0; c < row.cells.size(); ++c) {
      const std::string& text = row.cells[c].text;
      if (text.empty()) continue;
      Column& column = columns_[c];
      ++column.cells;
      column.found += finder_.Find(text).has_value() ? 1 : 0;
      column.picture_like += IsImagePath(text) ? 1 : 0;
      column.binary += IsBinary(text) ? 1 : 0;
      ones += IsOne(text) ? 1 : 0;
    }
    ++rows_by_ones_[ones];
  }
  names_ = table->columns();
  columns_.resize(names_.size());
  return absl::OkStatus();
}

std::optional<size_t> Inspector::PictureColumn() const {
  auto best = [this](int64_t Column::*count) -> std::optional<size_t> {
    auto most = std::max_element(columns_.begin(), columns_.end(),
                                 [count](const Column& a, const Column& b) {
                                   return a.*count < b.*count;
                                 });
    if (most == columns_.end() || *most.*count == 0) return std::nullopt;
    return static_cast<size_t>(most - columns_.begin());
  };
  if (auto column = best(&Column::found)) return column;
  if (auto column = best(&Column::picture_like)) return column;
  for (const char* usual : kUsualNames) {
    auto named = std::find(names_.begin(), names_.end(), usual);
    if (named != names_.end()) {
      return static_cast<size_t>(named - names_.begin());
    }
  }
  return std::nullopt;
}

absl::Status Inspector::ReadPaths(size_t column) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<TableReader> table,
                             OpenImageTable(path_, manifest_));
  row_of_.resize(archive_.files().size());
  Row row;
  for (int64_t i = 0;; ++i) {
    if (i % kStopInterval == 0 && should_stop_()) {
      return ReasonedError(absl::StatusCode::kCancelled, "CANCELLED",
                           "cancelled while reading a manifest");
    }
    TUNESMITH_ASSIGN_OR_RETURN(bool has_row, table->Next(row));
    if (!has_row) return absl::OkStatus();
    if (row.problem.has_value() || column >= row.cells.size()) continue;
    const std::string& text = row.cells[column].text;
    if (text.empty()) continue;
    ++rows_;
    const std::optional<PictureFinder::Found> found = finder_.Find(text);
    if (!found.has_value()) {
      missing_.Take(row.number, text);
      continue;
    }
    if (found->way != PictureFinder::Way::kExact) {
      loose_[found->way].Take(
          row.number,
          absl::StrCat(Printable(text), " is ",
                       Printable(archive_.files()[found->file].path)));
    }
    int64_t& first = row_of_[found->file];
    if (first == 0) {
      first = row.number;
    } else {
      repeated_.Take(row.number,
                     absl::StrCat(Printable(text), ", as row ", first));
    }
  }
}

void Inspector::ReportHeader() {
  for (const std::string& name : names_) {
    if (!IsImagePath(name) || !finder_.Find(name).has_value()) continue;
    Add(FindingCode::kOddFile, FindingSeverity::kWarning,
        absl::StrCat(
            "the first line of ", Printable(manifest_.path),
            " is taken for the header and names a picture: ", Printable(name)),
        "set the format's `header` to false and its `column_names`, or add a "
        "header: image,label",
        1);
    return;
  }
}

void Inspector::ReportOneHot() {
  std::vector<std::string> binary;
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].cells == first_rows_ && columns_[c].binary == first_rows_) {
      binary.push_back(Printable(names_[c]));
    }
  }
  if (first_rows_ == 0 || binary.size() < 2 ||
      rows_by_ones_[1] != first_rows_) {
    return;
  }
  constexpr size_t kListed = 5;
  const size_t listed = std::min(binary.size(), kListed);
  Add(FindingCode::kOddFile, FindingSeverity::kWarning,
      absl::StrCat(
          "columns hold 0 and 1, and of each row one is 1, as if they "
          "were one label written one-hot: ",
          absl::StrJoin(binary.begin(),
                        binary.begin() + static_cast<ptrdiff_t>(listed), ", "),
          listed < binary.size() ? ", ..." : ""),
      "add one column label with the name of the column that is 1", 1);
}

void Inspector::ReportColumn(size_t column) {
  if (names_[column] == kImageColumn) return;
  Add(FindingCode::kOddLayout, FindingSeverity::kNote,
      absl::StrCat("the column of ", Printable(manifest_.path),
                   " that names pictures is ", Printable(names_[column])),
      absl::StrCat("set image_column to ", Printable(names_[column])), 1);
}

void Inspector::ReportPaths() {
  for (const auto& [way, example] : loose_) {
    Add(FindingCode::kOddLayout, FindingSeverity::kNote,
        absl::StrCat("rows of which the picture was found only ",
                     std::string(Describe(way)), ": ", example.count,
                     ", the first is row ", example.row, ": ", example.text),
        "write the path from the manifest's own folder", example.count);
  }
  if (missing_.count > 0) {
    const std::string nearest = finder_.Nearest(missing_.text);
    Add(FindingCode::kBadImage, FindingSeverity::kWarning,
        absl::StrCat(
            "rows whose picture is not in the archive: ", missing_.count,
            " of ", rows_, ", the first is row ", missing_.row, ": ",
            Printable(missing_.text),
            nearest.empty()
                ? ""
                : absl::StrCat(" (did you mean ", Printable(nearest), "?)")),
        "paths count from the manifest's own folder", missing_.count);
  }
  if (repeated_.count > 0) {
    Add(FindingCode::kDuplicateRow, FindingSeverity::kWarning,
        absl::StrCat(
            "rows that name the picture of an earlier one: ", repeated_.count,
            ", the first is row ", repeated_.row, ": ", repeated_.text),
        "leave one row for each picture", repeated_.count);
  }
  Example unnamed;
  for (size_t i = 0; i < row_of_.size(); ++i) {
    const std::string& path = archive_.files()[i].path;
    if (row_of_[i] == 0 && IsImagePath(path)) unnamed.Take(0, path);
  }
  if (unnamed.count == 0) return;
  Add(FindingCode::kIgnoredFile, FindingSeverity::kNote,
      absl::StrCat("pictures that no row of ", Printable(manifest_.path),
                   " names: ", unnamed.count, ", the first is ",
                   Printable(unnamed.text)),
      "add their rows, or leave them out", unnamed.count);
}

}  // namespace

absl::Status InspectManifest(const Archive& archive, const std::string& path,
                             const Manifest& manifest, FindingLog& findings,
                             const std::function<bool()>& should_stop) {
  return Inspector(archive, path, manifest, findings, should_stop).Inspect();
}

}  // namespace tunesmith::worker
