#include "client/cli/commands/format_flags.h"

#include "client/cli/commands/choice.h"

namespace tunesmith::cli {
namespace {

using v1::DatasetFormat;

constexpr Choice<DatasetFormat::Kind> kKinds[] = {
    {"csv", DatasetFormat::CSV},         {"tsv", DatasetFormat::TSV},
    {"jsonl", DatasetFormat::JSONL},     {"json", DatasetFormat::JSON},
    {"parquet", DatasetFormat::PARQUET}, {"images", DatasetFormat::IMAGES},
};

constexpr Choice<DatasetFormat::Encoding> kEncodings[] = {
    {"utf-8", DatasetFormat::UTF_8},
    {"windows-1252", DatasetFormat::WINDOWS_1252},
    {"latin-1", DatasetFormat::LATIN_1},
    {"utf-16le", DatasetFormat::UTF_16LE},
    {"utf-16be", DatasetFormat::UTF_16BE},
};

}  // namespace

void AddFormatFlags(CLI::App* command, FormatFlags& flags) {
  command
      ->add_option("--format", flags.kind,
                   "csv, tsv, jsonl, json, parquet or images. Default: by the "
                   "file's name")
      ->check(OneOf(kKinds));
  command
      ->add_option("--encoding", flags.encoding,
                   "Of the table's characters: utf-8, windows-1252, latin-1, "
                   "utf-16le or utf-16be. Default: by its first bytes")
      ->check(OneOf(kEncodings));
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

void ApplyFormat(const FormatFlags& flags, v1::DatasetFormat& format) {
  if (auto kind = Chosen(kKinds, flags.kind)) {
    format.set_kind(*kind);
  }
  if (auto encoding = Chosen(kEncodings, flags.encoding)) {
    format.set_encoding(*encoding);
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
}

bool FormatFlags::empty() const {
  return kind.empty() && delimiter.empty() && !quoted.has_value() &&
         !header.has_value() && column_names.empty() && manifest.empty() &&
         encoding.empty();
}

}  // namespace tunesmith::cli
