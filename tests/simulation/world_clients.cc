#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/server/jobs/sample_spec.h"
#include "tests/simulation/world.h"

// What clients do in a world.

namespace tunesmith::simulation {
namespace {

constexpr size_t kJobs = 6;

}  // namespace

void World::LetClientAct() {
  std::vector<size_t> unheard;
  for (size_t i = 0; i < submissions_.size(); ++i) {
    if (submissions_[i].acknowledged || submissions_[i].in_flight) continue;
    unheard.push_back(i);
  }
  if (!unheard.empty() && (calm_ || OneIn(2))) {
    return Submit(submissions_[unheard[Pick(unheard.size())]]);
  }
  if (submissions_.size() < kJobs && OneIn(2)) {
    submissions_.reserve(kJobs);
    Submission& submission = submissions_.emplace_back();
    submission.request.set_job_id(absl::StrCat("job-", submissions_.size()));
    submission.request.set_request_id(
        absl::StrCat("request-", submissions_.size()));
    v1::Job& job = *submission.request.mutable_job();
    *job.mutable_spec() = server::SampleSpec();
    job.set_priority(static_cast<int>(Pick(3)));
    return Submit(submission);
  }
  if (!submissions_.empty()) ActOnJob();
}

void World::Submit(Submission& submission) {
  Trace("client submits " + submission.request.job_id());
  submission.in_flight = true;
  bool hears = calm_ || !faults_.lost_answers || !OneIn(4);
  server_->Create(submission.request, [this, at = server_.get(), &submission,
                                       hears](absl::StatusOr<v1::Job> job) {
    // Of an earlier life, or lost on the way.
    if (server_.get() != at || vfs_.power_is_off()) return;
    submission.in_flight = false;
    if (!job.ok()) Trace("not created: " + job.status().ToString());
    // Somebody deleted it before its creator heard of it.
    bool gone = absl::IsNotFound(job.status()) && hears;
    if (gone) history_.OnGone("jobs/" + submission.request.job_id());
    submission.acknowledged = gone;
    if (!hears || !job.ok()) return;
    Trace("created " + job->name());
    submission.acknowledged = true;
    history_.OnCreated(*job);
    if (watchers_.size() < 2 * kJobs) watchers_.push_back({job->name()});
  });
}

void World::ActOnJob() {
  const Submission& submission = submissions_[Pick(submissions_.size())];
  std::string name = "jobs/" + submission.request.job_id();
  auto ignore = [](absl::StatusOr<v1::Job>) {};
  switch (Pick(12)) {
    case 0:
      Trace("client cancels " + name);
      return server_->Cancel(name, ignore);
    case 1:
    case 2:
      Trace("client pauses " + name);
      return server_->Pause(name, ignore);
    case 3:
    case 4:
    case 5:
      Trace("client resumes " + name);
      return server_->Resume(name, ignore);
    case 6:
      Trace("client deletes " + name);
      history_.OnDeleting(name);
      return server_->Delete(name, [](absl::Status) {});
    case 7:
      if (submission.acknowledged && watchers_.size() < 2 * kJobs) {
        Trace("client watches " + name);
        watchers_.push_back({name});
      }
      return;
    default:
      return;
  }
}

void World::LetWatcherBegin(size_t index) {
  Watcher& watcher = watchers_[index];
  watcher.feed = server_->Watch(watcher.name, watcher.cursor);
  feeds_.push_back(watcher.feed);
}

void World::LetWatcherHear(Watcher& watcher) {
  std::optional<v1::WatchJobResponse> answer =
      watcher.feed->state().TakeAnswer();
  if (answer.has_value()) {
    if (!answer->has_event()) return;
    history_.OnWatched(watcher.name, watcher.cursor, answer->event());
    watcher.cursor = answer->event().sequence();
    return;
  }
  absl::Status end = *watcher.feed->state().end();
  Trace(absl::StrCat("the watch of ", watcher.name, " ends: ", end.ToString()));
  watcher.feed = nullptr;
  if (end.ok()) {
    history_.OnWatchEnded(watcher.name, watcher.cursor);
    watcher.ended = true;
  } else if (absl::IsNotFound(end)) {
    history_.OnGone(watcher.name);
    watcher.ended = true;
  } else if (!absl::IsUnavailable(end) && !absl::IsCancelled(end)) {
    history_.Fail(absl::StrCat("a watcher of ", watcher.name, " at ",
                               watcher.cursor, " heard ", end.ToString()));
  }
}

void World::ResumePaused() {
  auto jobs = server_->Jobs();
  if (!jobs.ok()) return;
  for (const StoredJob& stored : *jobs) {
    if (stored.job.state() != v1::Job::PAUSED) continue;
    Trace("client resumes " + stored.job.name());
    server_->Resume(stored.job.name(), [](absl::StatusOr<v1::Job>) {});
  }
}

}  // namespace tunesmith::simulation
