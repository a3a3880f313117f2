#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/resource_text.h"
#include "client/cli/render/text_table.h"
#include "proto/contract/base/visible_text.h"

namespace tunesmith::cli {
namespace {

constexpr TextTable::Align kRight = TextTable::Align::kRight;
constexpr int kValuesShown = 6;

std::string StateOf(const v1::Dataset& dataset) {
  return v1::Dataset::State_IsValid(dataset.state())
             ? v1::Dataset::State_Name(dataset.state())
             : absl::StrCat(dataset.state());
}

std::string ValuesOf(const v1::DatasetColumn& column) {
  std::string text;
  for (int i = 0; i < column.values_size() && i < kValuesShown; ++i) {
    absl::StrAppend(&text, i > 0 ? ", " : "",
                    VisibleText(column.values(i).value()), " (",
                    column.values(i).count(), ")");
  }
  if (column.values_size() > kValuesShown) absl::StrAppend(&text, ", ...");
  // Free text: the values say nothing in a table.
  return column.values_size() > 100 ? "" : text;
}

// "CSV, delimiter ";", WINDOWS_1252": what is not the kind's own way.
std::string DescribeFormat(const v1::DatasetFormat& format) {
  std::string text = v1::DatasetFormat::Kind_IsValid(format.kind())
                         ? v1::DatasetFormat::Kind_Name(format.kind())
                         : absl::StrCat(format.kind());
  const bool csv = format.kind() == v1::DatasetFormat::CSV;
  if (format.has_delimiter() && format.delimiter() != (csv ? "," : "\t")) {
    absl::StrAppend(&text, ", delimiter \"", format.delimiter(), "\"");
  }
  if (format.has_quoted() && format.quoted() != csv) {
    absl::StrAppend(&text, format.quoted() ? ", quoted" : ", not quoted");
  }
  if (format.has_header() && !format.header()) {
    absl::StrAppend(&text, ", without a header");
  }
  if (format.has_manifest()) {
    absl::StrAppend(&text, ", labels in ", format.manifest());
  }
  if (format.encoding() != v1::DatasetFormat::ENCODING_UNSPECIFIED &&
      v1::DatasetFormat::Encoding_IsValid(format.encoding())) {
    absl::StrAppend(&text, ", ",
                    v1::DatasetFormat::Encoding_Name(format.encoding()));
  }
  return text;
}

std::string RenderColumns(const v1::Dataset& dataset) {
  TextTable table({{"column"},
                   {"type"},
                   {"missing", kRight},
                   {"distinct", kRight},
                   {"bytes", kRight},
                   {"values"}});
  for (const v1::DatasetColumn& column : dataset.columns()) {
    table.AddRow({column.name(),
                  v1::DatasetColumn::Type_IsValid(column.type())
                      ? v1::DatasetColumn::Type_Name(column.type())
                      : "?",
                  FormatCount(column.null_count()),
                  column.has_distinct_count()
                      ? FormatCount(column.distinct_count())
                      : "many",
                  absl::StrCat(column.min_bytes(), "-", column.max_bytes()),
                  ValuesOf(column)});
  }
  return table.empty() ? "" : absl::StrCat("\n", table.Render());
}

}  // namespace

std::string SummarizeDataset(const v1::Dataset& dataset) {
  std::string columns =
      absl::StrJoin(dataset.columns(), ", ",
                    [](std::string* out, const v1::DatasetColumn& column) {
                      out->append(column.name());
                    });
  std::string unusable;
  if (dataset.unusable_row_count() > 0) {
    unusable = absl::StrCat(" and ", FormatCount(dataset.unusable_row_count()),
                            " that cannot be used");
  }
  return absl::StrCat(FormatCount(dataset.row_count()), " rows", unusable,
                      ", columns: ", columns, ", ",
                      FormatCount(dataset.finding_count()),
                      dataset.finding_count() == 1 ? " finding" : " findings");
}

std::string RenderDatasets(const std::vector<v1::Dataset>& datasets,
                           absl::Time now) {
  if (datasets.empty()) return "no datasets\n";
  TextTable table({{"NAME"},
                   {"STATE"},
                   {"ROWS", kRight},
                   {"UNUSABLE", kRight},
                   {"SIZE", kRight},
                   {"FINDINGS", kRight},
                   {"SOURCE"},
                   {"AGE"}});
  for (const v1::Dataset& dataset : datasets) {
    table.AddRow({dataset.name(), StateOf(dataset),
                  dataset.state() == v1::Dataset::READY
                      ? FormatCount(dataset.row_count())
                      : "-",
                  dataset.state() == v1::Dataset::READY
                      ? FormatCount(dataset.unusable_row_count())
                      : "-",
                  FormatBytes(dataset.size_bytes()),
                  FormatCount(dataset.finding_count()), dataset.source(),
                  FormatAge(dataset.create_time(), now)});
  }
  return table.Render();
}

std::string RenderDataset(const v1::Dataset& dataset, absl::TimeZone zone) {
  TextTable table({{""}, {""}});
  table.AddRow({"name", dataset.name()});
  if (!dataset.display_name().empty()) {
    table.AddRow({"display name", dataset.display_name()});
  }
  table.AddRow({"state", StateOf(dataset)});
  if (dataset.has_error()) table.AddRow({"error", dataset.error().message()});
  table.AddRow({"source", dataset.source()});
  table.AddRow({"size", FormatBytes(dataset.size_bytes())});
  table.AddRow({"SHA-256", dataset.digest()});
  table.AddRow({"format", DescribeFormat(dataset.format())});
  table.AddRow({"rows", dataset.state() == v1::Dataset::READY
                            ? FormatCount(dataset.row_count())
                            : "-"});
  if (dataset.unusable_row_count() > 0) {
    table.AddRow({"unusable rows", FormatCount(dataset.unusable_row_count())});
  }
  table.AddRow({"findings", FormatCount(dataset.finding_count())});
  table.AddRow({"created", FormatTime(dataset.create_time(), zone)});
  return absl::StrCat(table.Render(), RenderColumns(dataset));
}

}  // namespace tunesmith::cli
