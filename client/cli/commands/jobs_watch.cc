#include "client/cli/commands/jobs_watch.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/render/job_text.h"
#include "client/cli/render/printable.h"
#include "client/cpp/watch_jobs.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

// Shows what a watch of a list brings.
class JobListView {
 public:
  explicit JobListView(CommandContext& context) : context_(context) {}

  void Show(const v1::WatchJobsResponse& response) {
    Console& console = context_.console();
    if (context_.json()) {
      console.PrintJson(response);
    } else if (response.has_caught_up()) {
      console.Print(RenderJobs(listed_, context_.clock().Now()));
      listed_.clear();
      caught_up_ = true;
    } else if (response.has_job() && !caught_up_) {
      listed_.push_back(response.job());
    } else if (response.has_job()) {
      console.Print(RenderJobLine(response.job()) + "\n");
    } else {
      console.Print(absl::StrCat(Printable(response.deleted()), " deleted\n"));
    }
  }

  // The jobs will come anew.
  void OnInterruption(const absl::Status& status) {
    listed_.clear();
    caught_up_ = false;
    context_.console().Note(
        absl::StrCat("connection lost; trying again: ",
                     Printable(std::string(status.message()))));
  }

 private:
  CommandContext& context_;
  // Until all have come.
  std::vector<v1::Job> listed_;
  bool caught_up_ = false;
};

}  // namespace

absl::StatusOr<ExitCode> FollowJobs(CommandContext& context,
                                    const v1::WatchJobsRequest& request) {
  JobListView view(context);
  client::WatchJobsOptions watch;
  watch.on_response = [&view](const auto& response) { view.Show(response); };
  watch.on_interruption = [&view](const absl::Status& status) {
    view.OnInterruption(status);
  };
  absl::Status status = client::WatchJobs(context.client(), request, watch);
  if (context.cancellation().cancelled()) return ExitCode::kInterrupted;
  TUNESMITH_RETURN_IF_ERROR(status);
  return ExitCode::kOk;
}

}  // namespace tunesmith::cli
