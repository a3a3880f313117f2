#include "client/cli/commands/format_flags.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace tunesmith::cli {

void AddFormatFlags(CLI::App* command, FormatFlags& flags) {
  command->add_option("--format", flags.kind,
                      "csv, tsv, jsonl, parquet or images. Default: by the "
                      "file's name");
  command->add_option("--delimiter", flags.delimiter,
                      "Between the cells of a CSV or TSV file");
  command->add_option("--quoted", flags.quoted,
                      "Whether cells may stand in double quotes: true or "
                      "false");
  command->add_option("--header", flags.header,
                      "Whether the first line names the columns: true or "
                      "false");
  command
      ->add_option("--column-names", flags.column_names,
                   "Names, separated by commas, for a file without a header")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--manifest", flags.manifest,
                      "Path in an archive of pictures of the table that says "
                      "their labels. Default: folders are labels");
}

absl::Status ApplyFormat(const FormatFlags& flags, v1::DatasetFormat& format) {
  if (!flags.kind.empty()) {
    v1::DatasetFormat::Kind kind;
    if (!v1::DatasetFormat::Kind_Parse(absl::AsciiStrToUpper(flags.kind),
                                       &kind)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "unknown format, expected csv, tsv, jsonl, parquet or images: ",
          flags.kind));
    }
    format.set_kind(kind);
  }
  if (!flags.delimiter.empty()) {
    format.set_delimiter(flags.delimiter == "\\t" ? "\t" : flags.delimiter);
  }
  if (flags.quoted.has_value()) format.set_quoted(*flags.quoted);
  if (flags.header.has_value()) format.set_header(*flags.header);
  if (!flags.manifest.empty()) format.set_manifest(flags.manifest);
  for (const std::string& name : flags.column_names) {
    format.add_column_names(name);
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::cli
