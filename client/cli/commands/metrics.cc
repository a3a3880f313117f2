#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/evaluation_text.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/text_table.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options : ListOptions {
  std::string name;
  std::string split;
  std::string metric;
};

std::string Render(const std::vector<v1::Metric>& metrics) {
  if (metrics.empty()) return "no metrics\n";
  constexpr TextTable::Align kRight = TextTable::Align::kRight;
  TextTable table({{"SPLIT"},
                   {"NAME"},
                   {"STEP", kRight},
                   {"EPOCH", kRight},
                   {"VALUE", kRight}});
  for (const v1::Metric& metric : metrics) {
    table.AddRow({SplitName(metric.split()), metric.name(),
                  absl::StrCat(metric.step()), FormatFigure(metric.epoch()),
                  FormatFigure(metric.value())});
  }
  return table.Render();
}

absl::StatusOr<ExitCode> Metrics(CommandContext& context,
                                 const Options& options) {
  v1::ListMetricsRequest request;
  request.set_name(FullName("jobs", options.name));
  request.set_metric_name(options.metric);
  if (!options.split.empty()) {
    v1::Split split;
    if (!v1::Split_Parse(absl::AsciiStrToUpper(options.split), &split)) {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown split: ", options.split));
    }
    request.set_split(split);
  }
  std::vector<v1::Metric> metrics;
  TUNESMITH_RETURN_IF_ERROR(ForEachPage(
      request, options.limit, /*largest_page=*/10000,
      [&](const auto& page) { return context.client().ListMetrics(page); },
      [&](const v1::ListMetricsResponse& response, int wanted) {
        int taken = std::min(wanted, response.metrics_size());
        metrics.insert(metrics.end(), response.metrics().begin(),
                       response.metrics().begin() + taken);
        return taken;
      }));
  if (context.json()) {
    for (const v1::Metric& metric : metrics) {
      context.console().PrintJson(metric);
    }
  } else {
    context.console().Print(Render(metrics));
  }
  return ExitCode::kOk;
}

}  // namespace

void AddMetrics(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  options->limit = 100000;
  CLI::App* command = app.add_subcommand("metrics", "Show a job's figures.");
  command->add_option("JOB", options->name, "jobs/ID or ID")->required();
  command->add_option("--split", options->split,
                      "training, validation or test");
  command->add_option("--name", options->metric,
                      "Only this figure, for example loss");
  AddLimit(command, *options);
  command->footer(
      "Example:\n"
      "  tunesmith metrics jobs/intents --split training --name loss");
  OnCommand(command, action, options, &Metrics);
}

}  // namespace tunesmith::cli
