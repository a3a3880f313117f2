#ifndef TUNESMITH_TESTS_SIMULATION_HISTORY_H_
#define TUNESMITH_TESTS_SIMULATION_HISTORY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulation/simulated_server.h"

namespace tunesmith::simulation {

// How lines of a trainer begin that are sent until they are taken, and stored
// once.
inline constexpr char kOnce[] = "once: ";

// What everybody outside of the server saw, and what that demands of the
// server whatever happened in between. The first thing that contradicts it is
// the failure of the history.
class History {
 public:
  // Empty while all is well.
  const std::string& failure() const { return failure_; }
  void Fail(const std::string& what);

  // --- What clients saw. ---
  void OnCreated(const v1::Job& job);
  // A delete was sent: the job may be gone from now on.
  void OnDeleting(const std::string& name) { deleting_.insert(name); }
  void OnWatched(const std::string& name, int64_t cursor,
                 const v1::JobEvent& event);
  // A watcher heard that there is no such job.
  void OnGone(const std::string& name);
  // The watcher of a job that ended heard its last event.
  void OnWatchEnded(const std::string& name, int64_t cursor);

  // --- What workers saw. ---
  void OnAssigned(const std::string& item, int64_t fence,
                  const std::string& worker, int64_t boot, int slot);
  // The server took a metric of this step.
  void OnMetricTaken(const std::string& job, int64_t step) {
    metrics_[job].insert(step);
  }
  // The server took a success whose artifact is `key`.
  void OnResultTaken(const std::string& job, const std::string& key);

  // --- What is on the disk after a commit or a start. ---
  // `writes` of the commit: in one of several an item may leave and come back.
  void OnQueue(const std::vector<QueuedItem>& items, int writes,
               absl::Duration now);
  // Nothing is under way in the server, and it is not recovering from a fault.
  void OnIdle(const std::vector<server::FreeSlot>& free, absl::Duration now);
  void OnJobs(const std::vector<StoredJob>& jobs);
  // All faults are over and everybody did what was left to do. `undisturbed`:
  // nothing broke, and no trainer failed.
  void OnEnd(const std::vector<StoredJob>& jobs,
             const std::vector<QueuedItem>& items, bool undisturbed);

  // Names of jobs that were acknowledged.
  const std::map<std::string, std::string>& created() const { return created_; }

 private:
  struct Seen {
    QueuedItem item;
    // Since when it waits in this way.
    absl::Duration since;
  };

  void CheckOrder(const QueuedItem& leased,
                  const std::map<std::string, Seen>& after);
  void CheckJob(const StoredJob& job);
  void CheckEndedJob(const StoredJob& job, bool undisturbed);
  void SeeEvent(const std::string& name, const v1::JobEvent& event);

  std::string failure_;
  // Uid by name.
  std::map<std::string, std::string> created_;
  std::set<std::string> deleting_;
  // Events that somebody saw, by name of the job and sequence.
  std::map<std::string, std::map<int64_t, std::string>> events_;
  // Who had an item under a fence.
  std::map<std::pair<std::string, int64_t>, std::string> holders_;
  std::map<std::string, Seen> queue_;
  // The newest fence of items, also of those that are gone.
  std::map<std::string, int64_t> fences_;
  // Steps with a metric that was taken, by name of the job.
  std::map<std::string, std::set<int64_t>> metrics_;
  // Artifacts of results that were taken, by name of the job.
  std::map<std::string, std::set<std::string>> results_;
};

}  // namespace tunesmith::simulation

#endif  // TUNESMITH_TESTS_SIMULATION_HISTORY_H_
