#include "client/cli/render/job_text.h"

#include "absl/strings/str_cat.h"
#include "client/cli/render/confusion_text.h"
#include "client/cli/render/data_text.h"
#include "client/cli/render/device_text.h"
#include "client/cli/render/error_text.h"
#include "client/cli/render/evaluation_text.h"
#include "client/cli/render/printable.h"
#include "client/cli/render/progress_text.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/spec_text.h"
#include "client/cli/render/text_table.h"
#include "proto/contract/error.h"

namespace tunesmith::cli {
namespace {

constexpr size_t kSituationColumns = 48;

// What a job that repeats another one found out.
std::string VerdictText(const v1::Comparison& comparison) {
  switch (comparison.verdict()) {
    case v1::Comparison::EQUAL:
      return absl::StrCat("same bits as ", comparison.original());
    case v1::Comparison::DIFFERENT:
      return absl::StrCat("NOT the bits of ", comparison.original(), ": ",
                          comparison.difference());
    default:
      return "";
  }
}

std::string StretchText(const v1::Comparison& comparison) {
  return absl::StrCat(
      comparison.original(), " after step ", comparison.from_step(),
      comparison.to_step() > 0 ? absl::StrCat(" up to ", comparison.to_step())
                               : "");
}

// How far the job is, or why it is not running.
std::string Situation(const v1::Job& job) {
  switch (job.state()) {
    case v1::Job::VALIDATING:
    case v1::Job::QUEUED: {
      std::string text = job.wait().message().empty()
                             ? v1::Wait::Reason_Name(job.wait().reason())
                             : job.wait().message();
      if (job.wait().position() > 0) {
        text = absl::StrCat("#", job.wait().position(), ": ", text);
      }
      return text;
    }
    case v1::Job::RUNNING:
    case v1::Job::PAUSING:
    case v1::Job::CANCELLING:
      return RenderProgress(job.progress());
    case v1::Job::PAUSED:
      return job.latest_checkpoint().empty() ? "before its first step"
                                             : "at " + job.latest_checkpoint();
    case v1::Job::SUCCEEDED: {
      if (job.has_comparison()) return VerdictText(job.comparison());
      const v1::Evaluation* final = FinalEvaluation(job.evaluations());
      if (final == nullptr) return "";
      return absl::StrCat(SplitName(final->split()), " accuracy ",
                          FormatShare(final->accuracy()));
    }
    default:
      return job.error().message();
  }
}

std::string ElapsedOf(const v1::Job& job) {
  if (!job.has_start_time() || !job.has_end_time()) return "-";
  return FormatElapsed(ToTime(job.end_time()) - ToTime(job.start_time()));
}

// "after epoch 3 of 10, best after epoch 1"; empty where it did not.
std::string EarlyStopText(const v1::Job& job) {
  if (!job.has_early_stop()) return "";
  const v1::EarlyStop& stop = job.early_stop();
  const v1::Hyperparameters& asked = job.resolved_spec().hyperparameters();
  if (asked.has_max_steps() || stop.step() <= 0) {
    return absl::StrCat("after step ", FormatCount(stop.step()), " of ",
                        FormatCount(asked.max_steps()), ", best after step ",
                        FormatCount(stop.best_step()));
  }
  const double best_epoch = stop.epoch() *
                            static_cast<double>(stop.best_step()) /
                            static_cast<double>(stop.step());
  return absl::StrCat("after epoch ", FormatFigure(stop.epoch()), " of ",
                      FormatFigure(asked.epochs()), ", best after epoch ",
                      FormatFigure(best_epoch));
}

std::string NextCommands(const v1::Job& job) {
  std::string id = Printable(job.name());
  std::string model = Printable(job.output_model());
  return absl::StrCat(
      "Next:\n  tunesmith download ", id, "\n  tunesmith models get ", model,
      "\n  tunesmith metrics ", id, "\n  tunesmith submit --model ", model,
      " --train MORE.csv\n");
}

}  // namespace

std::string StateName(v1::Job::State state) {
  if (!v1::Job::State_IsValid(state)) return absl::StrCat("state ", state);
  return v1::Job::State_Name(state);
}

bool HasEnded(v1::Job::State state) {
  return state == v1::Job::SUCCEEDED || state == v1::Job::FAILED ||
         state == v1::Job::CANCELLED;
}

std::string RenderJobs(const std::vector<v1::Job>& jobs, absl::Time now) {
  if (jobs.empty()) return "no jobs\n";
  TextTable table(
      {{"NAME"}, {"STATE"}, {"SITUATION"}, {"BASE MODEL"}, {"AGE"}});
  for (const v1::Job& job : jobs) {
    table.AddRow({job.name(), StateName(job.state()),
                  Shorten(Printable(Situation(job)), kSituationColumns),
                  job.spec().base_model(), FormatAge(job.create_time(), now)});
  }
  return table.Render();
}

std::string RenderJobLine(const v1::Job& job) {
  std::string situation = Shorten(Printable(Situation(job)), kSituationColumns);
  return absl::StrCat(Printable(job.name()), "  ", StateName(job.state()),
                      situation.empty() ? "" : "  ", situation);
}

std::string RenderJob(const v1::Job& job, absl::TimeZone zone) {
  TextTable table({{""}, {""}});
  table.AddRow({"name", job.name()});
  if (!job.display_name().empty()) {
    table.AddRow({"display name", job.display_name()});
  }
  table.AddRow({"state", StateName(job.state())});
  if (std::string situation = Situation(job); !situation.empty()) {
    table.AddRow({"", situation});
  }
  if (!job.output_model().empty()) {
    table.AddRow({"output model", job.output_model()});
  }
  if (!job.forked_from().empty()) {
    table.AddRow({"began at", job.forked_from()});
  }
  if (job.has_comparison()) {
    table.AddRow({"repeats", StretchText(job.comparison())});
  }
  if (!job.latest_checkpoint().empty()) {
    table.AddRow({"checkpoint", job.latest_checkpoint()});
  }
  if (!job.best_checkpoint().empty() &&
      job.best_checkpoint() != job.latest_checkpoint()) {
    table.AddRow({"best checkpoint", job.best_checkpoint()});
  }
  table.AddRow({"created", FormatTime(job.create_time(), zone)});
  if (!job.wait().behind().empty()) {
    table.AddRow({"waits behind", job.wait().behind()});
  }
  if (job.wait().has_expected_start_time()) {
    table.AddRow(
        {"starts about", FormatTime(job.wait().expected_start_time(), zone)});
  }
  table.AddRow({"started", FormatTime(job.start_time(), zone)});
  table.AddRow({"ended", FormatTime(job.end_time(), zone)});
  table.AddRow({"ran for", ElapsedOf(job)});
  if (job.has_early_stop()) {
    table.AddRow({"stopped early", EarlyStopText(job)});
  }
  table.AddRow({"attempt", absl::StrCat(job.attempt())});
  table.AddRow({"priority", absl::StrCat(job.priority())});
  for (const auto& [key, value] : job.labels()) {
    table.AddRow({"label", absl::StrCat(key, "=", value)});
  }
  AddExecutionRows(job, table);
  AddSpecRows(job.has_resolved_spec() ? job.resolved_spec() : job.spec(),
              table);
  for (const v1::DataSummary& summary : job.data()) {
    table.AddRow(
        {"rows", absl::StrCat(summary.dataset(), ": ", DescribeRows(summary))});
  }
  std::string text = table.Render();
  if (std::string figures = RenderBeforeAndAfter(job.evaluations());
      !figures.empty()) {
    absl::StrAppend(&text, "\n", figures);
  }
  return text;
}

std::string RenderJobReport(const v1::Job& job) {
  std::string text;
  if (std::string figures = RenderBeforeAndAfter(job.evaluations());
      !figures.empty()) {
    absl::StrAppend(&text, "\n", figures);
  }
  const v1::Evaluation* final = FinalEvaluation(job.evaluations());
  if (final != nullptr) {
    absl::StrAppend(&text, "\nOn ", SplitName(final->split()), " data:\n",
                    RenderClasses(*final), "\n", RenderConfusion(*final));
  }
  std::string name = Printable(job.name());
  absl::StrAppend(&text, "\n", name, " ", StateName(job.state()));
  if (job.has_start_time() && job.has_end_time()) {
    absl::StrAppend(&text, " after ", ElapsedOf(job));
  }
  absl::StrAppend(&text, "\n");
  if (job.has_early_stop()) {
    absl::StrAppend(&text, "Stopped early ", EarlyStopText(job), ".\n");
  }
  if (job.state() == v1::Job::SUCCEEDED && job.has_comparison()) {
    absl::StrAppend(&text, Printable(VerdictText(job.comparison())), "\n");
  } else if (job.state() == v1::Job::SUCCEEDED && job.output_model().empty()) {
    absl::StrAppend(&text, "\nNext:\n  tunesmith get ", name, "\n");
  } else if (job.state() == v1::Job::SUCCEEDED) {
    absl::StrAppend(&text, "The model is ", Printable(job.output_model()),
                    ".\n\n", NextCommands(job));
  } else {
    if (job.has_error()) {
      absl::StrAppend(&text, RenderError(FromRpcStatus(job.error())));
    }
    absl::StrAppend(&text, "\nNext:\n  tunesmith logs ", name,
                    "\n  tunesmith get ", name, "\n");
  }
  return text;
}

}  // namespace tunesmith::cli
