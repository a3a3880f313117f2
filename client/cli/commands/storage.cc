#include <algorithm>
#include <vector>

#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/storage_text.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

absl::StatusOr<ExitCode> ShowStorage(CommandContext& context,
                                     const ListOptions& options) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::Storage storage,
                             context.client().GetStorage());
  std::vector<v1::StoredItem> items;
  TUNESMITH_RETURN_IF_ERROR(ForEachPage(
      v1::ListStoredItemsRequest(), options.limit, /*largest_page=*/500,
      [&](const auto& page) { return context.client().ListStoredItems(page); },
      [&](const v1::ListStoredItemsResponse& response, int wanted) {
        int taken = std::min(wanted, response.items_size());
        items.insert(items.end(), response.items().begin(),
                     response.items().begin() + taken);
        return taken;
      }));
  if (context.json()) {
    context.console().PrintJson(storage);
    for (const v1::StoredItem& item : items) context.console().PrintJson(item);
  } else {
    context.console().Print(RenderStorage(storage));
    context.console().Print("\n" +
                            RenderStoredItems(items, context.clock().Now()));
  }
  return ExitCode::kOk;
}

}  // namespace

void AddStorage(CLI::App& app, Action& action) {
  auto options = std::make_shared<ListOptions>();
  options->limit = 10;
  CLI::App* command = app.add_subcommand(
      "storage", "Show what takes the room on the server's disk.");
  AddLimit(command, *options);
  command->footer(
      "The largest come first, --limit of them. With --json, the first line is "
      "the\nwhole and each other line an item.\n"
      "Example:\n  tunesmith storage --limit 30");
  OnCommand(command, action, options, &ShowStorage);
}

}  // namespace tunesmith::cli
