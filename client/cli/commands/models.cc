#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/network_flags.h"
#include "client/cli/render/printable.h"
#include "client/cli/render/resource_text.h"
#include "client/cpp/await_ready.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct ImportOptions {
  std::string directory;
  std::string model_id;
  std::string license;
  std::string revision;
  NetworkFlags network;
  bool no_wait = false;
};

absl::StatusOr<ExitCode> ListModels(CommandContext& context,
                                    const ListOptions& options) {
  std::vector<v1::Model> models;
  TUNESMITH_RETURN_IF_ERROR(ForEachPage(
      v1::ListModelsRequest(), options.limit, /*largest_page=*/500,
      [&](const auto& page) { return context.client().ListModels(page); },
      [&](const v1::ListModelsResponse& response, int wanted) {
        int taken = std::min(wanted, response.models_size());
        models.insert(models.end(), response.models().begin(),
                      response.models().begin() + taken);
        return taken;
      }));
  if (context.json()) {
    for (const v1::Model& model : models) context.console().PrintJson(model);
  } else {
    context.console().Print(RenderModels(models, context.clock().Now()));
  }
  return ExitCode::kOk;
}

void ShowModel(CommandContext& context, const v1::Model& model) {
  context.Show(model, [&] { return RenderModel(model, context.zone()); });
}

absl::StatusOr<ExitCode> GetModel(CommandContext& context,
                                  const std::string& name) {
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Model model, context.client().GetModel(FullName("models", name)));
  ShowModel(context, model);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ImportModel(CommandContext& context,
                                     const ImportOptions& options) {
  v1::ImportModelRequest request;
  request.set_uri(FileUri(options.directory));
  request.set_model_id(options.model_id);
  request.mutable_model()->set_license(options.license);
  if (!options.revision.empty()) {
    request.mutable_model()->mutable_origin()->set_revision(options.revision);
  }
  TUNESMITH_RETURN_IF_ERROR(ApplyNetwork(options.network, request));
  TUNESMITH_ASSIGN_OR_RETURN(v1::Model model,
                             context.client().ImportModel(request));
  if (!options.no_wait) {
    context.console().Note(
        absl::StrCat("checking ", Printable(model.name()), " ..."));
    TUNESMITH_ASSIGN_OR_RETURN(
        model, client::AwaitModel(context.client(), context.clock(),
                                  model.name(), absl::Minutes(10)));
  }
  ShowModel(context, model);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> DeleteModel(CommandContext& context,
                                     const std::string& name) {
  const std::string full_name = FullName("models", name);
  TUNESMITH_RETURN_IF_ERROR(context.client().DeleteModel(full_name));
  context.console().Note(absl::StrCat("deleted ", Printable(full_name)));
  return ExitCode::kOk;
}

void AddImport(CLI::App* models, Action& action) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = models->add_subcommand(
      "import",
      "Copy a model directory that the server can read: a Hugging Face one, or "
      "weights of a network of pictures alone, with --architecture.");
  command
      ->add_option("DIRECTORY", options->directory,
                   "Under one of the server's --model-root directories")
      ->required();
  command->add_option("--name", options->model_id,
                      "Last part of the model's name");
  command->add_option("--license", options->license, "SPDX identifier");
  command->add_option("--revision", options->revision,
                      "What its source calls this version");
  AddNetworkFlags(command, options->network);
  command->add_flag("--no-wait", options->no_wait,
                    "Do not wait until a worker has checked it");
  OnCommand(command, action, options, &ImportModel);
}

}  // namespace

void AddModels(CLI::App& app, Action& action) {
  CLI::App* models = app.add_subcommand(
      "models", "List, show, import and delete base and fine-tuned models.");
  models->require_subcommand(1);
  auto list_options = std::make_shared<ListOptions>();
  CLI::App* list = models->add_subcommand("list", "List, newest first.");
  AddLimit(list, *list_options);
  OnCommand(list, action, list_options, &ListModels);
  auto name = std::make_shared<std::string>();
  CLI::App* get = models->add_subcommand("get", "Show one.");
  get->add_option("MODEL", *name, "models/ID or ID")->required();
  OnCommand(get, action, name, &GetModel);
  AddImport(models, action);
  auto deleted = std::make_shared<std::string>();
  CLI::App* remove = models->add_subcommand("delete", "Delete with its bytes.");
  remove->add_option("MODEL", *deleted, "models/ID or ID")->required();
  OnCommand(remove, action, deleted, &DeleteModel);
  models->footer(
      "Examples:\n"
      "  tunesmith models import /srv/models/bert-base --name bert-base\n"
      "  tunesmith models import /srv/models/resnet --architecture resnet50\n"
      "  tunesmith models get bert-base");
}

}  // namespace tunesmith::cli
