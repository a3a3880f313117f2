#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/printable.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/storage_text.h"
#include "proto/contract/base/duration_text.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

constexpr int kShownItems = 20;

struct Options {
  std::string older_than = "0";
  bool delete_quarantined = false;
  bool dry_run = false;
  bool yes = false;
};

absl::StatusOr<v1::PruneStorageRequest> RequestOf(const Options& options) {
  TUNESMITH_ASSIGN_OR_RETURN(absl::Duration older_than,
                             ParseDurationText(options.older_than));
  v1::PruneStorageRequest request;
  request.mutable_older_than()->set_seconds(absl::ToInt64Seconds(older_than));
  request.set_delete_quarantined(options.delete_quarantined);
  return request;
}

// Jobs that keep checkpoints, and why.
absl::Status ShowKept(CommandContext& context, const Options& options,
                      const v1::PruneStorageResponse& planned) {
  std::set<std::string> goes;
  for (const v1::StoredItem& item : planned.items()) {
    goes.insert(item.resource());
  }
  v1::ListStoredItemsRequest request;
  request.set_kind(v1::StoredItem::CHECKPOINTS);
  request.set_page_size(kShownItems);
  TUNESMITH_ASSIGN_OR_RETURN(v1::ListStoredItemsResponse response,
                             context.client().ListStoredItems(request));
  for (const v1::StoredItem& item : response.items()) {
    std::string why = item.kept_because();
    if (why.empty()) {
      if (goes.contains(item.resource())) continue;
      // The list of what goes is cut, so that this may be one of them.
      if (planned.item_count() > planned.items_size()) continue;
      why = absl::StrCat("it ended less than ", options.older_than, " ago");
    }
    context.console().Note(absl::StrCat("kept: ", Printable(item.resource()),
                                        " (", FormatBytes(item.size_bytes()),
                                        "): ", Printable(why)));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> IsWanted(CommandContext& context, const Options& options,
                              const v1::PruneStorageResponse& planned) {
  if (options.yes) return true;
  if (!context.console().can_ask()) {
    return absl::InvalidArgumentError(
        "there is no terminal to ask at: add --yes to delete, or --dry-run");
  }
  return context.console().Confirm(
      absl::StrCat("delete ", SummarizePruned(planned), "?"));
}

absl::StatusOr<ExitCode> Prune(CommandContext& context,
                               const Options& options) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::PruneStorageRequest request,
                             RequestOf(options));
  request.set_validate_only(true);
  TUNESMITH_ASSIGN_OR_RETURN(v1::PruneStorageResponse planned,
                             context.client().PruneStorage(request));
  if (!context.json()) {
    if (planned.item_count() > 0) {
      context.console().Print(
          RenderPruned(planned, kShownItems, context.clock().Now()));
    } else {
      context.console().Note("nothing to delete");
    }
    TUNESMITH_RETURN_IF_ERROR(ShowKept(context, options, planned));
  }
  if (options.dry_run || planned.item_count() == 0) {
    if (context.json()) context.console().PrintJson(planned);
    if (options.dry_run && planned.item_count() > 0) {
      context.console().Note(absl::StrCat("without --dry-run, this deletes ",
                                          SummarizePruned(planned)));
    }
    return ExitCode::kOk;
  }
  TUNESMITH_ASSIGN_OR_RETURN(bool wanted, IsWanted(context, options, planned));
  if (!wanted) {
    context.console().Note("nothing was deleted");
    return ExitCode::kOk;
  }
  request.set_validate_only(false);
  TUNESMITH_ASSIGN_OR_RETURN(v1::PruneStorageResponse pruned,
                             context.client().PruneStorage(request));
  if (context.json()) context.console().PrintJson(pruned);
  context.console().Note(absl::StrCat("deleted ", SummarizePruned(pruned)));
  return ExitCode::kOk;
}

std::string CheckDuration(const std::string& text) {
  return std::string(ParseDurationText(text).status().message());
}

}  // namespace

void AddPrune(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "prune",
      "Delete checkpoints of ended jobs, and put files that nothing refers to "
      "aside.");
  command
      ->add_option(
          "--older-than", options->older_than,
          "Only of jobs that ended at least so long ago, as 12h or 7d. "
          "Default: all that have ended")
      ->check(CheckDuration);
  command->add_flag("--delete-quarantined", options->delete_quarantined,
                    "Also delete what was put aside, and such files at once");
  command->add_flag("--dry-run", options->dry_run,
                    "Show what would go, and delete nothing");
  command->add_flag("--yes", options->yes, "Do not ask");
  command->footer(
      "Models, datasets and the records of jobs stay, and so do checkpoints "
      "that a\nfork needs which has not ended. A job without its checkpoints "
      "can no longer be\nforked or verified. Files that nothing refers to are "
      "moved to the server's\nquarantine, where they stay for some days, as "
      "`tunesmith storage` shows.\n"
      "Examples:\n"
      "  tunesmith prune --dry-run\n"
      "  tunesmith prune --older-than 7d --yes");
  OnCommand(command, action, options, &Prune);
}

}  // namespace tunesmith::cli
