#include "tests/simulation/history.h"

#include "absl/strings/str_cat.h"
#include "server/jobs/transitions.h"

namespace tunesmith::simulation {

using v1::Job;

void History::Fail(const std::string& what) {
  if (failure_.empty()) failure_ = what;
}

void History::OnCreated(const Job& job) {
  auto [entry, is_new] = created_.emplace(job.name(), job.uid());
  if (entry->second == job.uid()) return;
  Fail(absl::StrCat("one request made two jobs: ", job.name()));
}

void History::SeeEvent(const std::string& name, const v1::JobEvent& event) {
  std::string bytes = event.SerializeAsString();
  auto [seen, is_new] = events_[name].emplace(event.sequence(), bytes);
  if (seen->second == bytes) return;
  Fail(absl::StrCat("an event changed after it was seen: ", name, " sequence ",
                    event.sequence()));
}

void History::OnWatched(const std::string& name, int64_t cursor,
                        const v1::JobEvent& event) {
  if (event.sequence() != cursor + 1) {
    Fail(absl::StrCat("a watcher of ", name, " at ", cursor, " got event ",
                      event.sequence()));
  }
  SeeEvent(name, event);
}

void History::OnGone(const std::string& name) {
  if (deleting_.contains(name)) return;
  Fail("nobody deleted what a watcher heard to be gone: " + name);
}

void History::OnWatchEnded(const std::string& name, int64_t cursor) {
  const auto& seen = events_[name];
  v1::JobEvent last;
  auto found = seen.find(cursor);
  if (found == seen.end() || !last.ParseFromString(found->second) ||
      !last.has_state_changed() ||
      !server::IsTerminal(last.state_changed().to())) {
    Fail(absl::StrCat("a watcher's stream ended before its job: ", name));
  }
}

void History::OnAssigned(const std::string& item, int64_t fence,
                         const std::string& worker, int64_t boot, int slot) {
  std::string holder = absl::StrCat(worker, "/", boot, "/", slot);
  auto [entry, is_new] = holders_.emplace(std::pair(item, fence), holder);
  if (entry->second == holder) return;
  Fail(absl::StrCat("two have fence ", fence, " of ", item, ": ", entry->second,
                    " and ", holder));
}

void History::OnResultTaken(const std::string& job, const std::string& key) {
  results_[job].insert(key);
  if (results_[job].size() > 1) {
    Fail(absl::StrCat("two results were taken of ", job));
  }
}

void History::OnQueue(const std::vector<QueuedItem>& items, int writes,
                      absl::Duration now) {
  std::map<std::string, Seen> after;
  std::set<std::pair<std::string, int64_t>> slots;
  for (const QueuedItem& item : items) {
    int64_t& fence = fences_[item.uid];
    if (item.fence < fence) {
      Fail(absl::StrCat("the fence of ", item.uid, " went back from ", fence,
                        " to ", item.fence));
    }
    fence = item.fence;
    if (item.leased && !slots.emplace(item.worker_id, item.slot).second) {
      Fail(absl::StrCat("slot ", item.slot, " of ", item.worker_id,
                        " is leased twice"));
    }
    Seen& seen = after[item.uid] = {item, now};
    auto before = queue_.find(item.uid);
    if (before == queue_.end()) continue;
    const QueuedItem& old = before->second.item;
    if (old.waiting && item.waiting && old.fence == item.fence) {
      seen.since = before->second.since;
    }
    if (old.leased && item.leased && old.fence == item.fence &&
        (old.worker_id != item.worker_id ||
         old.worker_boot != item.worker_boot || old.slot != item.slot)) {
      Fail(absl::StrCat("a lease moved without a new fence: ", item.uid));
    }
  }
  for (const QueuedItem& item : items) {
    auto before = queue_.find(item.uid);
    bool leased_now = item.leased && (before == queue_.end() ||
                                      before->second.item.fence < item.fence);
    if (leased_now && writes == 1) CheckOrder(item, after);
  }
  queue_ = std::move(after);
}

void History::CheckOrder(const QueuedItem& leased,
                         const std::map<std::string, Seen>& after) {
  for (const auto& [uid, before] : queue_) {
    auto now = after.find(uid);
    if (now == after.end()) continue;
    const QueuedItem& other = now->second.item;
    // It waited all the time, and its first attempt may always begin.
    if (!before.item.waiting || !other.waiting ||
        before.item.fence != other.fence || other.attempt > 0) {
      continue;
    }
    if (other.needs.purpose != leased.needs.purpose ||
        other.needs.device_kind != leased.needs.device_kind ||
        other.needs.device_memory_bytes != leased.needs.device_memory_bytes) {
      continue;
    }
    if (GoesBefore(other, leased)) {
      Fail(absl::StrCat(leased.uid, " (priority ", leased.priority, ", number ",
                        leased.number, ") was leased before ", uid,
                        " (priority ", other.priority, ", number ",
                        other.number, ")"));
    }
  }
}

void History::OnIdle(const std::vector<server::FreeSlot>& free,
                     absl::Duration now) {
  for (const auto& [uid, seen] : queue_) {
    if (!seen.item.waiting) continue;
    if (now - seen.since < SimulatedServer::kMaxDelay) continue;
    for (const server::FreeSlot& slot : free) {
      if (!server::Fits(seen.item.needs, slot.offer)) continue;
      Fail(absl::StrCat(uid, " waits for ",
                        absl::FormatDuration(now - seen.since), " while slot ",
                        slot.slot, " of ", slot.worker_id, " is free"));
    }
  }
}

void History::CheckJob(const StoredJob& stored) {
  const Job& job = stored.job;
  Job::State state = Job::STATE_UNSPECIFIED;
  int64_t sequence = 0;
  int successes = 0;
  for (const v1::JobEvent& event : stored.events) {
    if (event.sequence() != ++sequence) {
      Fail(absl::StrCat(job.name(), " lacks event ", sequence));
      return;
    }
    SeeEvent(job.name(), event);
    if (!event.has_state_changed()) continue;
    if (event.state_changed().from() != state) {
      Fail(absl::StrCat(job.name(), " has a change from a state that it did ",
                        "not have, event ", sequence));
    }
    state = event.state_changed().to();
    successes += state == Job::SUCCEEDED ? 1 : 0;
  }
  if (state != job.state() || sequence != job.last_sequence()) {
    Fail(absl::StrCat(job.name(), " is ", Job::State_Name(job.state()), " at ",
                      job.last_sequence(), ", its events say ",
                      Job::State_Name(state), " at ", sequence));
  }
  if (successes > 1) Fail(absl::StrCat(job.name(), " succeeded twice"));
  auto seen = events_.find(job.name());
  if (seen != events_.end() && !seen->second.empty() &&
      seen->second.rbegin()->first > sequence) {
    Fail(absl::StrCat(job.name(), " lost event ", seen->second.rbegin()->first,
                      ", which was seen"));
  }
}

void History::OnJobs(const std::vector<StoredJob>& jobs) {
  std::map<std::string, const Job*> found;
  for (const StoredJob& stored : jobs) {
    found[stored.job.name()] = &stored.job;
    CheckJob(stored);
  }
  for (const auto& [name, uid] : created_) {
    if (deleting_.contains(name)) continue;
    auto job = found.find(name);
    if (job == found.end()) {
      Fail(absl::StrCat("an acknowledged job is lost: ", name));
    } else if (job->second->uid() != uid) {
      Fail(absl::StrCat("an acknowledged job is another one: ", name));
    } else if (results_.contains(name) &&
               !server::IsTerminal(job->second->state())) {
      Fail(absl::StrCat("a result was taken, and its job goes on: ", name));
    }
  }
}

void History::CheckEndedJob(const StoredJob& stored, bool undisturbed) {
  const Job& job = stored.job;
  if (!server::IsTerminal(job.state())) {
    Fail(absl::StrCat(job.name(), " never ends, state ",
                      Job::State_Name(job.state())));
  }
  if (job.state() == Job::FAILED && results_.contains(job.name())) {
    Fail(absl::StrCat(job.name(), " failed, and its result was taken"));
  }
  if (job.state() == Job::FAILED && undisturbed) {
    Fail(absl::StrCat(job.name(), " failed, and nothing had broken: ",
                      job.error().message()));
  }
  std::set<int64_t> steps;
  std::set<std::string> logs;
  for (const v1::JobEvent& event : stored.events) {
    if (event.has_metric()) steps.insert(event.metric().step());
    if (event.has_finding() &&
        event.finding().code() == v1::Finding::METRIC_NOT_REPRODUCED) {
      Fail(absl::StrCat(job.name(), " mixes up metrics of attempts"));
    }
    if (event.has_log() && event.log().message().starts_with(kOnce) &&
        !logs.insert(event.log().message()).second) {
      Fail(absl::StrCat(job.name(),
                        " has one event twice: ", event.log().message()));
    }
  }
  for (int64_t step : metrics_[job.name()]) {
    if (steps.contains(step)) continue;
    Fail(absl::StrCat(job.name(), " lost its metric of step ", step));
  }
}

void History::OnEnd(const std::vector<StoredJob>& jobs,
                    const std::vector<QueuedItem>& items, bool undisturbed) {
  OnJobs(jobs);
  for (const StoredJob& stored : jobs) CheckEndedJob(stored, undisturbed);
  if (!items.empty()) {
    Fail(absl::StrCat("work is left of ", items.front().subject_uid));
  }
}

}  // namespace tunesmith::simulation
