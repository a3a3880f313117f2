#include <algorithm>
#include <string>
#include <vector>

#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/audit_text.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options : ListOptions {
  std::string resource;
};

absl::StatusOr<ExitCode> Audit(CommandContext& context,
                               const Options& options) {
  v1::ListAuditRecordsRequest request;
  request.set_resource(options.resource);
  std::vector<v1::AuditRecord> records;
  TUNESMITH_RETURN_IF_ERROR(ForEachPage(
      request, options.limit, /*largest_page=*/500,
      [&](const auto& page) { return context.client().ListAuditRecords(page); },
      [&](const v1::ListAuditRecordsResponse& response, int wanted) {
        int taken = std::min(wanted, response.records_size());
        records.insert(records.end(), response.records().begin(),
                       response.records().begin() + taken);
        return taken;
      }));
  if (context.json()) {
    for (const v1::AuditRecord& record : records) {
      context.console().PrintJson(record);
    }
  } else {
    context.console().Print(RenderAudit(records, context.zone()));
  }
  return ExitCode::kOk;
}

}  // namespace

void AddAudit(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("audit", "Show who changed what, newest first.");
  command->add_option("RESOURCE", options->resource,
                      "Only changes of it: jobs/ID, models/ID, ...");
  AddLimit(command, *options);
  command->footer(
      "Examples:\n"
      "  tunesmith audit\n"
      "  tunesmith audit jobs/intents");
  OnCommand(command, action, options, &Audit);
}

}  // namespace tunesmith::cli
