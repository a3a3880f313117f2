#include "server/lifecycle/dataset_format.h"

#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/dataset_kind.h"

namespace tunesmith::server {
namespace {

using v1::DatasetFormat;

constexpr int kMaxColumns = 1024;
constexpr size_t kMaxColumnNameBytes = 256;
constexpr size_t kMaxManifestBytes = 1024;
constexpr const char* kManifestEndings[] = {".csv", ".tsv", ".jsonl"};

DatasetFormat::Kind KindOf(const DatasetFormat& format,
                           const std::string& file_name) {
  if (format.kind() != DatasetFormat::KIND_UNSPECIFIED) return format.kind();
  return DatasetKindOf(file_name);
}

bool IsDelimited(DatasetFormat::Kind kind) {
  return kind == DatasetFormat::CSV || kind == DatasetFormat::TSV;
}

void CheckDelimiter(const std::string& delimiter, const FieldScope& scope) {
  bool usable = delimiter.size() == 1 && absl::ascii_isascii(delimiter[0]) &&
                delimiter[0] != '"' && delimiter[0] != '\n' &&
                delimiter[0] != '\r' && delimiter[0] != '\0';
  if (usable) return;
  scope.Add("delimiter",
            "must be one ASCII character, and no double quote or line end");
}

void CheckColumnNames(const DatasetFormat& format, const FieldScope& scope) {
  if (format.column_names_size() > kMaxColumns) {
    scope.Add("column_names",
              absl::StrCat("must be at most ", kMaxColumns,
                           " names, got: ", format.column_names_size()));
    return;
  }
  std::set<std::string> seen;
  for (int i = 0; i < format.column_names_size(); ++i) {
    const std::string& name = format.column_names(i);
    FieldScope entry = scope.At("column_names", i);
    if (name.empty() || name.size() > kMaxColumnNameBytes) {
      entry.Add("", absl::StrCat("must be 1 to ", kMaxColumnNameBytes,
                                 " bytes, got: ", name.size()));
    } else if (!seen.insert(name).second) {
      entry.Add("", "occurs more than once: " + Quoted(name));
    }
  }
}

void CheckDelimited(const DatasetFormat& format, const FieldScope& scope) {
  if (format.has_delimiter()) CheckDelimiter(format.delimiter(), scope);
  CheckColumnNames(format, scope);
  bool named = format.column_names_size() > 0;
  if (format.has_header() && !format.header() && !named) {
    scope.Add("column_names", "required for a file without a header");
  }
  if (format.header() && named) {
    scope.Add("column_names",
              "are for a file without a header: leave `header` out");
  }
}

void CheckManifest(const std::string& manifest, const FieldScope& scope) {
  bool table = absl::c_any_of(kManifestEndings, [&](const char* ending) {
    return absl::EndsWithIgnoreCase(manifest, ending);
  });
  if (!table || manifest.size() > kMaxManifestBytes) {
    scope.Add("manifest",
              absl::StrCat("must be the path of a .csv, .tsv or "
                           ".jsonl file in the archive, of at most ",
                           kMaxManifestBytes, " bytes"));
  }
}

void CheckEncoding(const DatasetFormat& format, DatasetFormat::Kind kind,
                   const FieldScope& scope) {
  if (!DatasetFormat::Encoding_IsValid(format.encoding())) {
    scope.CheckEnum("encoding", format.encoding(), false);
    return;
  }
  if (format.encoding() == DatasetFormat::ENCODING_UNSPECIFIED) return;
  if (kind == DatasetFormat::PARQUET) {
    scope.Add("encoding", "is not for PARQUET, whose texts are UTF-8");
  } else if (kind == DatasetFormat::IMAGES && !format.has_manifest()) {
    scope.Add("encoding", "is for IMAGES with a `manifest` only");
  }
}

}  // namespace

void CheckDatasetFormat(const DatasetFormat& format,
                        const std::string& file_name, const FieldScope& scope) {
  if (!DatasetFormat::Kind_IsValid(format.kind())) {
    scope.CheckEnum("kind", format.kind(), false);
    return;
  }
  DatasetFormat::Kind kind = KindOf(format, file_name);
  if (kind == DatasetFormat::KIND_UNSPECIFIED) {
    scope.Add("kind", "required: the name of the file tells none, " +
                          Quoted(file_name) + ": " +
                          UnknownKindAdvice(file_name));
    return;
  }
  CheckEncoding(format, kind, scope);
  if (kind == DatasetFormat::IMAGES) {
    if (format.has_manifest()) CheckManifest(format.manifest(), scope);
  } else if (format.has_manifest()) {
    scope.Add("manifest", "is for IMAGES only");
  }
  if (IsDelimited(kind)) {
    CheckDelimited(format, scope);
    return;
  }
  std::string only = "is for CSV and TSV only";
  if (format.has_delimiter()) scope.Add("delimiter", only);
  if (format.has_quoted()) scope.Add("quoted", only);
  if (format.has_header()) scope.Add("header", only);
  if (format.column_names_size() > 0) scope.Add("column_names", only);
}

DatasetFormat ResolveDatasetFormat(DatasetFormat format,
                                   const std::string& file_name) {
  format.set_kind(KindOf(format, file_name));
  if (!IsDelimited(format.kind())) return format;
  bool csv = format.kind() == DatasetFormat::CSV;
  if (!format.has_delimiter()) format.set_delimiter(csv ? "," : "\t");
  if (!format.has_quoted()) format.set_quoted(csv);
  if (!format.has_header()) {
    format.set_header(format.column_names_size() == 0);
  }
  return format;
}

}  // namespace tunesmith::server
