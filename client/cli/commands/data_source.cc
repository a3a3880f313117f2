#include "client/cli/commands/data_source.h"

#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/render/finding_text.h"
#include "client/cli/render/printable.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/resource_text.h"
#include "client/cpp/await_ready.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/dataset_kind.h"

namespace tunesmith::cli {
namespace {

constexpr absl::Duration kInspectionTimeout = absl::Minutes(10);
constexpr int kFindingsShown = 10;

absl::Status ShowFindings(CommandContext& context, const v1::Dataset& dataset) {
  if (dataset.finding_count() == 0) return absl::OkStatus();
  v1::ListDatasetFindingsRequest request;
  request.set_name(dataset.name());
  request.set_page_size(kFindingsShown);
  TUNESMITH_ASSIGN_OR_RETURN(v1::ListDatasetFindingsResponse response,
                             context.client().ListDatasetFindings(request));
  for (const v1::Finding& finding : response.findings()) {
    context.console().Note(absl::StrCat("  ", RenderFinding(finding)));
  }
  if (dataset.finding_count() > response.findings_size()) {
    context.console().Note(
        absl::StrCat("  all of them: tunesmith datasets findings ",
                     Printable(dataset.name())));
  }
  return absl::OkStatus();
}

void ShowProgress(CommandContext& context, const std::string& path,
                  client::UploadOptions& options) {
  options.on_remark = [&console = context.console(),
                       shown = Printable(path)](const std::string& remark) {
    console.Note(absl::StrCat(shown, ": ", Printable(remark)));
  };
  if (context.json()) return;
  options.on_progress = [&console = context.console(), shown = Printable(path)](
                            int64_t sent, int64_t total) {
    console.ShowLive(absl::StrCat("uploading ", shown, "  ", FormatBytes(sent),
                                  " of ", FormatBytes(total)));
  };
}

void ShowUploaded(CommandContext& context, const std::string& path,
                  const v1::Dataset& dataset) {
  context.console().Note(absl::StrCat("uploaded ", Printable(path), " as ",
                                      Printable(dataset.name()), " (",
                                      FormatBytes(dataset.size_bytes()), ")"));
}

}  // namespace

bool IsDatasetName(const std::string& source) {
  return absl::StartsWith(source, "datasets/");
}

bool IsOfPictures(CommandContext& context, const std::string& source) {
  if (!IsDatasetName(source)) {
    return std::filesystem::is_directory(source) ||
           DatasetKindOf(source) == v1::DatasetFormat::IMAGES;
  }
  absl::StatusOr<v1::Dataset> dataset = context.client().GetDataset(source);
  return dataset.ok() && dataset->format().kind() == v1::DatasetFormat::IMAGES;
}

absl::StatusOr<v1::Dataset> UploadShown(CommandContext& context,
                                        const std::string& path,
                                        client::UploadOptions options) {
  ShowProgress(context, path, options);
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Dataset dataset,
      client::UploadDataset(context.client(), path, options));
  ShowUploaded(context, path, dataset);
  return dataset;
}

absl::StatusOr<v1::Dataset> AwaitShown(CommandContext& context,
                                       const std::string& name) {
  const std::string shown = Printable(name);
  context.console().Note(absl::StrCat("reading ", shown, " ..."));
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Dataset dataset,
      client::AwaitDataset(context.client(), context.clock(), name,
                           kInspectionTimeout));
  context.console().Note(
      absl::StrCat(shown, ": ", Printable(SummarizeDataset(dataset))));
  TUNESMITH_RETURN_IF_ERROR(ShowFindings(context, dataset));
  return dataset;
}

absl::StatusOr<std::string> DatasetFor(CommandContext& context,
                                       const std::string& source,
                                       const v1::DatasetFormat& format) {
  if (IsDatasetName(source)) return source;
  client::UploadOptions options;
  *options.dataset.mutable_format() = format;
  ShowProgress(context, source, options);
  TUNESMITH_ASSIGN_OR_RETURN(
      client::SharedDataset shared,
      client::UploadOnce(context.client(), source, options));
  const std::string& name = shared.dataset.name();
  if (shared.uploaded) {
    ShowUploaded(context, source, shared.dataset);
  } else {
    context.console().Note(
        absl::StrCat(Printable(source), " is there as ", Printable(name)));
  }
  TUNESMITH_RETURN_IF_ERROR(AwaitShown(context, name).status());
  return name;
}

absl::Status UploadSources(CommandContext& context, const FormatFlags& format,
                           const std::vector<std::string*>& sources) {
  v1::DatasetFormat read_as;
  ApplyFormat(format, read_as);
  bool uploads = false;
  for (std::string* source : sources) {
    if (source->empty() || IsDatasetName(*source)) continue;
    uploads = true;
    TUNESMITH_ASSIGN_OR_RETURN(*source, DatasetFor(context, *source, read_as));
  }
  if (uploads || format.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "--delimiter and the other flags of a file's format are for local files, "
      "and all data are datasets that were read already: give the file, or "
      "upload it with `tunesmith datasets upload`");
}

}  // namespace tunesmith::cli
