#include "client/cli/commands/job_watch.h"

#include "absl/strings/str_cat.h"
#include "client/cli/render/event_text.h"
#include "client/cli/render/job_text.h"
#include "client/cli/render/printable.h"
#include "client/cli/render/progress_text.h"
#include "client/cpp/watch.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

// Shows what a watch brings.
class JobView {
 public:
  explicit JobView(CommandContext& context) : context_(context) {}

  void Show(const v1::WatchJobResponse& response) {
    Console& console = context_.console();
    if (context_.json()) {
      console.PrintJson(response);
    } else if (response.has_event()) {
      if (IsForWatchers(response.event())) {
        console.Print(RenderEvent(response.event()) + "\n");
      }
    } else if (console.terminal()) {
      console.ShowLive(RenderProgress(response.progress()));
    } else if (throttle_.ShouldPrint(response.progress())) {
      console.Print(RenderProgress(response.progress()) + "\n");
    }
  }

 private:
  CommandContext& context_;
  ProgressThrottle throttle_;
};

}  // namespace

absl::StatusOr<ExitCode> WatchToTheEnd(CommandContext& context,
                                       const std::string& name) {
  Console& console = context.console();
  JobView view(context);
  client::WatchOptions watch;
  watch.on_response = [&view](const auto& response) { view.Show(response); };
  watch.on_interruption = [&console](const absl::Status& status) {
    console.Note(absl::StrCat("connection lost; trying again: ",
                              Printable(std::string(status.message()))));
  };
  absl::Status status = client::WatchJob(context.client(), name, watch);
  console.ClearLive();
  if (context.cancellation().cancelled()) {
    const std::string shown = Printable(name);
    console.Note(absl::StrCat(
        "stopped watching; ", shown, " goes on.\n  watch it again: tunesmith ",
        "watch ", shown, "\n  cancel it:      tunesmith cancel ", shown));
    return ExitCode::kInterrupted;
  }
  TUNESMITH_RETURN_IF_ERROR(status);
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job, context.client().GetJob(name));
  if (!HasEnded(job.state())) {
    return absl::InternalError(
        absl::StrCat("the watch ended before the job did: ", name));
  }
  if (!context.json()) console.Print(RenderJobReport(job));
  bool differs = job.comparison().verdict() == v1::Comparison::DIFFERENT;
  return differs ? ExitCode::kJobFailed : ExitCodeOf(job.state());
}

void AddFollowFlags(CLI::App* command, FollowFlags& flags) {
  CLI::Option* watch = command->add_flag(
      "--watch", flags.watch, "Follow the job. Default on a terminal");
  command->add_flag("--detach", flags.detach, "Do not")->excludes(watch);
}

absl::StatusOr<ExitCode> FollowNewJob(CommandContext& context,
                                      const std::string& name,
                                      const FollowFlags& flags) {
  if (!context.json()) {
    context.console().Print(absl::StrCat("submitted ", Printable(name), "\n"));
  }
  bool watch = flags.watch || (context.console().terminal() && !flags.detach &&
                               !context.json());
  return watch ? WatchToTheEnd(context, name) : ExitCode::kOk;
}

}  // namespace tunesmith::cli
