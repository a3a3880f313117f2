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

struct DrainOptions {
  std::string name;
  bool finish_jobs = false;
  std::string reason;
};

absl::StatusOr<ExitCode> DrainWorker(CommandContext& context,
                                     const DrainOptions& options) {
  v1::DrainWorkerRequest request;
  request.set_name(FullName("workers", options.name));
  request.set_finish_jobs(options.finish_jobs);
  request.set_reason(options.reason);
  TUNESMITH_ASSIGN_OR_RETURN(v1::Worker worker,
                             context.client().DrainWorker(request));
  context.Show(worker, [&] { return RenderWorker(worker, context.zone()); });
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ResumeWorker(CommandContext& context,
                                      const std::string& name) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::Worker worker, context.client().ResumeWorker(
                                                    FullName("workers", name)));
  context.Show(worker, [&] { return RenderWorker(worker, context.zone()); });
  return ExitCode::kOk;
}

void AddDrainAndResume(CLI::App& workers, Action& action) {
  auto options = std::make_shared<DrainOptions>();
  CLI::App* drain = workers.add_subcommand(
      "drain", "Give one nothing new; its jobs go on elsewhere.");
  drain->add_option("WORKER", options->name, "workers/ID or ID")->required();
  drain->add_flag("--finish-jobs", options->finish_jobs,
                  "Let its jobs run to their end");
  drain->add_option("--reason", options->reason, "For people");
  OnCommand(drain, action, options, &DrainWorker);
  auto name = std::make_shared<std::string>();
  CLI::App* resume = workers.add_subcommand(
      "resume", "Give one work again, also after a quarantine.");
  resume->add_option("WORKER", *name, "workers/ID or ID")->required();
  OnCommand(resume, action, name, &ResumeWorker);
}

}  // namespace

void AddWorkers(CLI::App& app, Action& action) {
  CLI::App* workers = app.add_subcommand(
      "workers", "Show and drain the machines that run jobs.");
  workers->require_subcommand(1);
  auto list_options = std::make_shared<ListOptions>();
  CLI::App* list = workers->add_subcommand("list", "List workers.");
  AddLimit(list, *list_options);
  OnCommand(list, action, list_options, &ListWorkers);
  auto name = std::make_shared<std::string>();
  CLI::App* get = workers->add_subcommand("get", "Show one and its slots.");
  get->add_option("WORKER", *name, "workers/ID or ID")->required();
  OnCommand(get, action, name, &GetWorker);
  AddDrainAndResume(*workers, action);
  workers->footer(
      "Example:\n  tunesmith workers drain gpu-7 --reason 'new disks'");
}

}  // namespace tunesmith::cli
