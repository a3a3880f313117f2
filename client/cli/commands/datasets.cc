#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/data_source.h"
#include "client/cli/commands/format_flags.h"
#include "client/cli/render/finding_text.h"
#include "client/cli/render/printable.h"
#include "client/cli/render/resource_text.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct NewOptions {
  std::string path;
  std::string dataset_id;
  std::string display_name;
  FormatFlags format;
  bool no_wait = false;
};

struct FindingsOptions : ListOptions {
  std::string name;
};

absl::StatusOr<ExitCode> ListDatasets(CommandContext& context,
                                      const ListOptions& options) {
  std::vector<v1::Dataset> datasets;
  TUNESMITH_RETURN_IF_ERROR(ForEachPage(
      v1::ListDatasetsRequest(), options.limit, /*largest_page=*/500,
      [&](const auto& page) { return context.client().ListDatasets(page); },
      [&](const v1::ListDatasetsResponse& response, int wanted) {
        int taken = std::min(wanted, response.datasets_size());
        datasets.insert(datasets.end(), response.datasets().begin(),
                        response.datasets().begin() + taken);
        return taken;
      }));
  if (context.json()) {
    for (const v1::Dataset& dataset : datasets) {
      context.console().PrintJson(dataset);
    }
  } else {
    context.console().Print(RenderDatasets(datasets, context.clock().Now()));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> GetDataset(CommandContext& context,
                                    const std::string& name) {
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Dataset dataset,
      context.client().GetDataset(FullName("datasets", name)));
  context.Show(dataset, [&] { return RenderDataset(dataset, context.zone()); });
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ShowNew(CommandContext& context, v1::Dataset dataset,
                                 bool no_wait) {
  if (!no_wait) {
    TUNESMITH_ASSIGN_OR_RETURN(dataset, AwaitShown(context, dataset.name()));
  }
  context.Show(dataset, [&] { return RenderDataset(dataset, context.zone()); });
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Upload(CommandContext& context,
                                const NewOptions& options) {
  client::UploadOptions upload;
  upload.dataset_id = options.dataset_id;
  upload.dataset.set_display_name(options.display_name);
  ApplyFormat(options.format, *upload.dataset.mutable_format());
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Dataset dataset,
      UploadShown(context, options.path, std::move(upload)));
  return ShowNew(context, std::move(dataset), options.no_wait);
}

absl::StatusOr<ExitCode> Create(CommandContext& context,
                                const NewOptions& options) {
  v1::CreateDatasetRequest request;
  request.set_uri(FileUri(options.path));
  request.set_dataset_id(options.dataset_id);
  request.mutable_dataset()->set_display_name(options.display_name);
  ApplyFormat(options.format, *request.mutable_dataset()->mutable_format());
  TUNESMITH_ASSIGN_OR_RETURN(v1::Dataset dataset,
                             context.client().CreateDataset(request));
  return ShowNew(context, std::move(dataset), options.no_wait);
}

absl::StatusOr<ExitCode> Delete(CommandContext& context,
                                const std::string& name) {
  const std::string full_name = FullName("datasets", name);
  TUNESMITH_RETURN_IF_ERROR(context.client().DeleteDataset(full_name));
  context.console().Note(absl::StrCat("deleted ", Printable(full_name)));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ListFindings(CommandContext& context,
                                      const FindingsOptions& options) {
  v1::ListDatasetFindingsRequest request;
  request.set_name(FullName("datasets", options.name));
  TUNESMITH_RETURN_IF_ERROR(ForEachPage(
      request, options.limit, /*largest_page=*/1000,
      [&](const auto& page) {
        return context.client().ListDatasetFindings(page);
      },
      [&](const v1::ListDatasetFindingsResponse& response, int wanted) {
        int taken = std::min(wanted, response.findings_size());
        for (int i = 0; i < taken; ++i) {
          const v1::Finding& finding = response.findings(i);
          context.Show(finding, [&] { return RenderFinding(finding) + "\n"; });
        }
        return taken;
      }));
  return ExitCode::kOk;
}

void AddNewOptions(CLI::App* command, NewOptions& options,
                   const char* path_help) {
  command->add_option("FILE", options.path, path_help)->required();
  command->add_option("--name", options.dataset_id,
                      "Last part of the dataset's name");
  command->add_option("--display-name", options.display_name, "For people");
  AddFormatFlags(command, options.format);
  command->add_flag("--no-wait", options.no_wait,
                    "Do not wait until a worker has read it");
}

void AddReading(CLI::App* datasets, Action& action) {
  auto list_options = std::make_shared<ListOptions>();
  CLI::App* list = datasets->add_subcommand("list", "List, newest first.");
  AddLimit(list, *list_options);
  OnCommand(list, action, list_options, &ListDatasets);
  auto name = std::make_shared<std::string>();
  CLI::App* get = datasets->add_subcommand("get", "Show one.");
  get->add_option("DATASET", *name, "datasets/ID or ID")->required();
  OnCommand(get, action, name, &GetDataset);
  auto findings_options = std::make_shared<FindingsOptions>();
  CLI::App* findings = datasets->add_subcommand(
      "findings", "Show what inspection noticed, by row.");
  findings->add_option("DATASET", findings_options->name, "datasets/ID or ID")
      ->required();
  AddLimit(findings, *findings_options);
  OnCommand(findings, action, findings_options, &ListFindings);
}

}  // namespace

void AddDatasets(CLI::App& app, Action& action) {
  CLI::App* datasets = app.add_subcommand(
      "datasets", "List, show, upload, create and delete labelled data.");
  datasets->require_subcommand(1);
  AddReading(datasets, action);
  auto upload_options = std::make_shared<NewOptions>();
  CLI::App* upload = datasets->add_subcommand(
      "upload",
      "Send a table (.csv .tsv .jsonl .json .parquet, also .gz and .zst), an "
      "archive of pictures (.zip .tar .tgz), or a folder of them, of this "
      "machine.");
  AddNewOptions(upload, *upload_options, "A local file or folder");
  OnCommand(upload, action, upload_options, &Upload);
  auto create_options = std::make_shared<NewOptions>();
  CLI::App* create = datasets->add_subcommand(
      "create", "Use a file that the server can read.");
  AddNewOptions(create, *create_options,
                "Under one of the server's --data-root directories");
  OnCommand(create, action, create_options, &Create);
  auto name = std::make_shared<std::string>();
  CLI::App* remove =
      datasets->add_subcommand("delete", "Delete with its bytes.");
  remove->add_option("DATASET", *name, "datasets/ID or ID")->required();
  OnCommand(remove, action, name, &Delete);
  datasets->footer(
      "Examples:\n"
      "  tunesmith datasets upload messages.csv --name messages\n"
      "  tunesmith datasets findings messages");
}

}  // namespace tunesmith::cli
