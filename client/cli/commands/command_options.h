#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_COMMAND_OPTIONS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_COMMAND_OPTIONS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/base/command_context.h"

namespace tunesmith::cli {

// What several commands' options share.

// When the command line names `command`, `run` with the options that parsing
// filled in is what is to be done.
template <class Options>
void OnCommand(CLI::App* command, Action& action,
               const std::shared_ptr<Options>& options,
               absl::StatusOr<ExitCode> (*run)(CommandContext&,
                                               const Options&)) {
  command->callback([&action, options, run] {
    action = [options, run](CommandContext& context) {
      return run(context, *options);
    };
  });
}

// Puts the options that `add` adds to `command` under one heading of its help.
template <class Add>
void InGroup(CLI::App* command, const std::string& title, const Add& add) {
  const size_t before = command->get_options().size();
  add();
  std::vector<CLI::Option*> options = command->get_options();
  for (size_t i = before; i < options.size(); ++i) options[i]->group(title);
}

// `{collection}/{id}` from either form; other names stay as they are, for the
// server to judge.
std::string FullName(std::string_view collection, const std::string& name);

// `uri` when it is one, otherwise the file URI of a path of this machine.
std::string FileUri(const std::string& path_or_uri);

// The options of a list.
struct ListOptions {
  int limit = 50;
};
void AddLimit(CLI::App* command, ListOptions& options);

// Fetches pages and passes each on until `limit` items have come or there are
// no more. `fetch` takes a request with page_size and page_token and returns
// StatusOr of a response with next_page_token; `take` takes the response and
// how many of its items are still wanted, and returns how many it took.
template <class Request, class Fetch, class Take>
absl::Status ForEachPage(Request request, int limit, int largest_page,
                         const Fetch& fetch, const Take& take) {
  while (limit > 0) {
    request.set_page_size(std::min(limit, largest_page));
    auto response = fetch(request);
    if (!response.ok()) return response.status();
    limit -= take(*response, limit);
    if (response->next_page_token().empty()) break;
    request.set_page_token(response->next_page_token());
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_COMMAND_OPTIONS_H_
