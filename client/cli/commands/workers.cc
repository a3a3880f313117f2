#include <algorithm>
#include <vector>

#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/resource_text.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

absl::StatusOr<ExitCode> ListWorkers(CommandContext& context,
                                     const ListOptions& options) {
  std::vector<v1::Worker> workers;
  TUNESMITH_RETURN_IF_ERROR(ForEachPage(
      v1::ListWorkersRequest(), options.limit, /*largest_page=*/500,
      [&](const auto& page) { return context.client().ListWorkers(page); },
      [&](const v1::ListWorkersResponse& response, int wanted) {
        int taken = std::min(wanted, response.workers_size());
        workers.insert(workers.end(), response.workers().begin(),
                       response.workers().begin() + taken);
        return taken;
      }));
  if (context.json()) {
    for (const v1::Worker& worker : workers) {
      context.console().PrintJson(worker);
    }
  } else {
    context.console().Print(RenderWorkers(workers, context.clock().Now()));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> GetWorker(CommandContext& context,
                                   const std::string& name) {
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Worker worker, context.client().GetWorker(FullName("workers", name)));
  context.Show(worker, [&] { return RenderWorker(worker, context.zone()); });
  return ExitCode::kOk;
}

}  // namespace

void AddWorkers(CLI::App& app, Action& action) {
  CLI::App* workers =
      app.add_subcommand("workers", "Show the machines that run jobs.");
  workers->require_subcommand(1);
  auto list_options = std::make_shared<ListOptions>();
  CLI::App* list = workers->add_subcommand("list", "List workers.");
  AddLimit(list, *list_options);
  OnCommand(list, action, list_options, &ListWorkers);
  auto name = std::make_shared<std::string>();
  CLI::App* get = workers->add_subcommand("get", "Show one and its slots.");
  get->add_option("WORKER", *name, "workers/ID or ID")->required();
  OnCommand(get, action, name, &GetWorker);
  workers->footer("Example:\n  tunesmith workers list");
}

}  // namespace tunesmith::cli
